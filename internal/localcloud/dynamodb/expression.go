package dynamodb

import (
	"reflect"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// expression reads attribute_not_exists(path) and path = :value in conditions, and SET path =
// :value, ... in updates. A path is a whole attribute. err holds the first error.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.html
type expression struct {
	names  map[string]string
	values map[string]types.AttributeValue
	used   map[string]bool
	err    error
}

var (
	absence    = regexp.MustCompile(`^attribute_not_exists ?\( ?(#?\w+) ?\)$`)
	assignment = regexp.MustCompile(`^ *(#?\w+) *= *(:\w+) *$`)
)

// reserved lists the words that attributes may well be called, among the many that need a #name.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
var reserved = map[string]bool{
	"DATA": true, "DATE": true, "DURATION": true, "GROUP": true, "ITEM": true, "KEY": true, "LOCK": true, "NAME": true,
	"OWNER": true, "RELEASE": true, "RESULT": true, "ROLE": true, "STATE": true, "STATUS": true, "TIME": true,
	"TIMESTAMP": true, "TOKEN": true, "TTL": true, "TYPE": true, "UNDO": true, "USER": true, "VALUE": true, "ZONE": true,
}

func (e *expression) condition(text string, of item) bool {
	if match := absence.FindStringSubmatch(text); match != nil {
		_, found := of[e.path(match[1])]
		return !found
	}
	match := assignment.FindStringSubmatch(text)
	if match == nil {
		e.fail("ConditionExpression %q: the embedded cloud has attribute_not_exists(path) and path = :value", text)
		return false
	}
	return reflect.DeepEqual(of[e.path(match[1])], e.value(match[2]))
}

// update applies an update expression to the attributes in into.
func (e *expression) update(text, key string, into item) {
	clauses, isSet := strings.CutPrefix(text, "SET ")
	for clause := range strings.SplitSeq(clauses, ",") {
		match := assignment.FindStringSubmatch(clause)
		if match == nil || !isSet {
			e.fail("UpdateExpression %q: the embedded cloud has SET path = :value, ...", text)
			return
		}
		name := e.path(match[1])
		if name == key {
			e.fail("One or more parameter values were invalid: Cannot update attribute %s. This attribute is part of the key", name)
		}
		into[name] = e.value(match[2])
	}
}

func (e *expression) path(name string) string {
	e.use(name)
	if strings.HasPrefix(name, "#") {
		attribute, defined := e.names[name]
		if !defined {
			e.fail("An expression attribute name used in the document path is not defined; attribute name: %s", name)
		}
		return attribute
	}
	if reserved[strings.ToUpper(name)] {
		e.fail("Attribute name is a reserved keyword; reserved keyword: %s", name)
	}
	return name
}

func (e *expression) value(name string) types.AttributeValue {
	e.use(name)
	value, defined := e.values[name]
	if !defined {
		e.fail("An expression attribute value used in expression is not defined; attribute value: %s", name)
	}
	return value
}

func (e *expression) use(name string) {
	if e.used == nil {
		e.used = map[string]bool{}
	}
	e.used[name] = true
}

// finish returns the first error. A name or value that is not used is an error.
func (e *expression) finish() error {
	for name := range e.names {
		if !e.used[name] {
			e.fail("Value provided in ExpressionAttributeNames unused in expressions: keys: {%s}", name)
		}
	}
	for name := range e.values {
		if !e.used[name] {
			e.fail("Value provided in ExpressionAttributeValues unused in expressions: keys: {%s}", name)
		}
	}
	return e.err
}

func (e *expression) fail(format string, args ...any) {
	if e.err == nil {
		e.err = invalid("Invalid expression: "+format, args...)
	}
}
