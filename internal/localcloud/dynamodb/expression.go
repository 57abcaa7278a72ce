package dynamodb

import (
	"reflect"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// expression reads condition and update expressions: attribute_exists, attribute_not_exists, =,
// <>, AND, OR and parentheses; SET and REMOVE of whole attributes. The first mistake is kept in err.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.OperatorsAndFunctions.html
type expression struct {
	names  map[string]string
	values map[string]types.AttributeValue
	item   item // what paths are looked up in; nil for no item

	rest []string // tokens still to read
	used map[string]bool
	err  error
}

// reserved are, of the many words that need a #name, those that an attribute may well be called.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html
var reserved = map[string]bool{
	"DATA": true, "DATE": true, "DURATION": true, "GROUP": true, "ITEM": true, "KEY": true, "LOCK": true, "NAME": true,
	"OWNER": true, "RELEASE": true, "RESULT": true, "ROLE": true, "STATE": true, "STATUS": true, "TIME": true,
	"TIMESTAMP": true, "TOKEN": true, "TTL": true, "TYPE": true, "UNDO": true, "USER": true, "VALUE": true, "ZONE": true,
}

var token = regexp.MustCompile(`[#:]?[A-Za-z_][A-Za-z0-9_]*|<>|\S`)

func (e *expression) condition(text string) bool {
	e.rest = token.FindAllString(text, -1)
	holds := e.disjunction()
	if len(e.rest) > 0 {
		e.fail("Syntax error near %q in ConditionExpression %q", e.rest[0], text)
	}
	return holds
}

func (e *expression) disjunction() bool {
	holds := e.conjunction()
	for e.accept("OR") {
		other := e.conjunction()
		holds = holds || other
	}
	return holds
}

func (e *expression) conjunction() bool {
	holds := e.term()
	for e.accept("AND") {
		other := e.term()
		holds = holds && other
	}
	return holds
}

func (e *expression) term() bool {
	switch {
	case e.accept("("):
		holds := e.disjunction()
		e.expect(")")
		return holds
	case e.accept("attribute_exists"):
		return e.exists()
	case e.accept("attribute_not_exists"):
		return !e.exists()
	}
	left := e.operand()
	if e.accept("<>") {
		return !reflect.DeepEqual(left, e.operand())
	}
	e.expect("=")
	right := e.operand()
	return left != nil && reflect.DeepEqual(left, right)
}

func (e *expression) exists() bool {
	e.expect("(")
	_, found := e.item[e.path()]
	e.expect(")")
	return found
}

// operand is a :value or the attribute of a path, nil where the item has none.
func (e *expression) operand() types.AttributeValue {
	if len(e.rest) > 0 && strings.HasPrefix(e.rest[0], ":") {
		name := e.next()
		value, defined := e.values[name]
		if !defined {
			e.fail("An expression attribute value used in expression is not defined; attribute value: %s", name)
		}
		return value
	}
	return e.item[e.path()]
}

func (e *expression) path() string {
	name := e.next()
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

// update applies an update expression to the attributes of into.
func (e *expression) update(text, key string, into item) {
	e.rest = token.FindAllString(text, -1)
	for len(e.rest) > 0 && e.err == nil {
		switch {
		case e.accept("SET"):
			e.clauses(key, func(name string) {
				e.expect("=")
				if into[name] = cloneValue(e.operand()); into[name] == nil {
					e.fail("The provided expression refers to an attribute that does not exist in the item")
				}
			})
		case e.accept("REMOVE"):
			e.clauses(key, func(name string) { delete(into, name) })
		default:
			e.fail("Syntax error near %q in UpdateExpression %q", e.rest[0], text)
		}
	}
}

func (e *expression) clauses(key string, apply func(name string)) {
	for more := true; more && e.err == nil; more = e.accept(",") {
		name := e.path()
		if name == key {
			e.fail("One or more parameter values were invalid: Cannot update attribute %s. This attribute is part of the key", name)
		}
		apply(name)
	}
}

// finish is the first mistake; a name or value that nothing used is one.
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

func (e *expression) next() string {
	if len(e.rest) == 0 {
		e.fail("Syntax error: the expression ends too early")
		return ""
	}
	first := e.rest[0]
	e.rest = e.rest[1:]
	if e.used == nil {
		e.used = map[string]bool{}
	}
	e.used[first] = true
	return first
}

// accept takes the next token if it is this one; keywords are known in either case.
func (e *expression) accept(wanted string) bool {
	if len(e.rest) == 0 || !strings.EqualFold(e.rest[0], wanted) {
		return false
	}
	e.next()
	return true
}

func (e *expression) expect(wanted string) {
	if !e.accept(wanted) {
		e.fail("Syntax error: %q is missing before %q", wanted, strings.Join(e.rest, " "))
	}
}

func (e *expression) fail(format string, args ...any) {
	if e.err == nil {
		e.err = invalid("Invalid expression: "+format, args...)
	}
}
