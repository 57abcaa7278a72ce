package asl

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// condition is a compiled Choice Rule, or a part of one.
type condition func(scope) (bool, *TaskError)

type choice struct {
	rules    []choiceRule
	fallback string // Default; empty: none
}

type choiceRule struct {
	holds condition
	next  string
}

func (c *choice) run(_ context.Context, v *visit, in payload) (any, string, *TaskError) {
	s := scope{in.value, v.contextObject()}
	for _, rule := range c.rules {
		if yes, fail := rule.holds(s); yes || fail != nil {
			return in.value, rule.next, fail
		}
	}
	if c.fallback == "" {
		return nil, "", &TaskError{errorNoChoiceMatched, "no rule holds, and there is no Default"}
	}
	return in.value, c.fallback, nil
}

func (f *fields) choice(*state) action {
	c := &choice{fallback: f.text("Default")}
	f.require("Choices")
	f.each("Choices", func(_ int, rule *fields, _ bool) {
		rule.require("Next")
		rule.text("Comment")
		c.rules = append(c.rules, choiceRule{next: rule.text("Next"), holds: rule.condition()})
	})
	return c
}

// operatorForm has every comparison: https://states-language.net/spec.html#choice-state.
var operatorForm = regexp.MustCompile(`^(?:Is(Present|Null|String|Numeric|Boolean|Timestamp)` +
	`|(String)Matches|(Boolean)Equals(?:Path)?` +
	`|(String|Numeric|Timestamp)(Equals|(?:Less|Greater)Than(?:Equals)?)(?:Path)?)$`)

// condition reads a Boolean or Data-test Expression.
func (f *fields) condition() condition {
	var found []string
	for _, key := range slices.Sorted(maps.Keys(f.object)) {
		if key == "And" || key == "Or" || key == "Not" || operatorForm.MatchString(key) {
			found = append(found, key)
		}
	}
	if len(found) != 1 {
		f.known = append(f.known, append(found, "Variable", "a comparison")...)
		f.problem("it has %d comparisons (%s): give it one; combine several with And or Or", len(found), strings.Join(found, ", "))
		return nil
	}
	switch operator := found[0]; operator {
	case "And", "Or":
		return f.junction(operator)
	case "Not":
		value, _ := f.take("Not")
		inner, ok := f.loader.fields(f.place+", Not", value)
		if !ok {
			return nil
		}
		part := inner.condition()
		inner.rest()
		return func(s scope) (bool, *TaskError) {
			yes, fail := part(s)
			return !yes && fail == nil, fail
		}
	default:
		return f.comparison(operator)
	}
}

// junction is And or Or; it stops at the first part that decides.
func (f *fields) junction(operator string) condition {
	var parts []condition
	f.each(operator, func(_ int, item *fields, _ bool) { parts = append(parts, item.condition()) })
	decisive := operator == "Or"
	return func(s scope) (bool, *TaskError) {
		for _, part := range parts {
			if yes, fail := part(s); fail != nil || yes == decisive {
				return yes, fail
			}
		}
		return !decisive, nil
	}
}

func (f *fields) comparison(operator string) condition {
	f.require("Variable")
	variable := f.definite("Variable")
	form := operatorForm.FindStringSubmatch(operator)
	if test := form[1]; test != "" {
		wanted, _ := read[bool](f, operator, "true or false")
		return func(s scope) (bool, *TaskError) {
			value, present := variable.find(s)
			if !present && test != "Present" {
				return false, &TaskError{errorRuntime, fmt.Sprintf("the Variable %s leads nowhere in the input", variable.text)}
			}
			_, ok := typed(test, value)
			return (ok || test == "Present" && present) == wanted, nil
		}
	}
	kind := form[2] + form[3] + form[4]
	other := f.operand(operator, kind)
	return func(s scope) (bool, *TaskError) {
		value, fail := variable.get(s, errorRuntime)
		if fail != nil {
			return false, fail
		}
		against, fail := other.eval(s)
		if fail != nil {
			return false, &TaskError{errorRuntime, fail.Cause}
		}
		a, okA := typed(kind, value)
		b, okB := typed(kind, against)
		// Values of another type than the operator's make it false.
		return okA && okB && holds(strings.TrimSuffix(strings.TrimPrefix(operator, kind), "Path"), a, b), nil
	}
}

// operand reads what a comparison compares with: a value, or a path to one.
func (f *fields) operand(operator, kind string) expression {
	if strings.HasSuffix(operator, "Path") {
		return f.definite(operator)
	}
	value, _ := f.take(operator)
	if _, ok := typed(kind, value); !ok {
		f.problem("%s is %s: give it a value of the type %s", operator, show(value), kind)
	}
	return literal{value}
}

// typed returns the value as Go compares it, and whether it is of that type.
func typed(kind string, value any) (any, bool) {
	switch v := value.(type) {
	case nil:
		return nil, kind == "Null"
	case bool:
		return v, kind == "Boolean"
	case json.Number:
		n, err := v.Float64()
		return n, kind == "Numeric" && err == nil
	case string:
		if kind != "Timestamp" {
			return v, kind == "String"
		}
		// The specification's profile of RFC 3339 is Go's: capital T and Z.
		t, err := time.Parse(time.RFC3339Nano, v)
		return t, err == nil
	}
	return nil, false
}

func holds(order string, a, b any) bool {
	if text, ok := a.(string); ok && order == "Matches" {
		return wildcards(b.(string)).MatchString(text)
	}
	sign := 0
	switch x := a.(type) {
	case string:
		sign = cmp.Compare(x, b.(string))
	case float64:
		sign = cmp.Compare(x, b.(float64))
	case time.Time:
		sign = x.Compare(b.(time.Time))
	case bool:
		return x == b
	}
	switch order {
	case "Equals":
		return sign == 0
	case "LessThan":
		return sign < 0
	case "LessThanEquals":
		return sign <= 0
	case "GreaterThan":
		return sign > 0
	default:
		return sign >= 0
	}
}

var starOrEscape = regexp.MustCompile(`(?s)\\?.`)

// wildcards compiles a pattern in which * stands for any characters and \* for a star.
func wildcards(pattern string) *regexp.Regexp {
	return regexp.MustCompile("(?s)^" + starOrEscape.ReplaceAllStringFunc(pattern, func(part string) string {
		if part == "*" {
			return ".*"
		}
		return regexp.QuoteMeta(strings.TrimPrefix(part, `\`))
	}) + "$")
}
