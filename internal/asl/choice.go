package asl

import (
	"encoding/json"
	"fmt"
	"math"
)

// rule is a Choice Rule or a part of one. It has exactly one comparison.
type rule struct {
	Next     string
	Variable path
	And, Or  []rule
	Not      *rule

	BooleanEquals, IsNull, IsPresent             *bool
	StringEquals                                 *string
	NumericEquals                                *float64
	NumericLessThan, NumericLessThanEquals       *float64
	NumericGreaterThan, NumericGreaterThanEquals *float64
}

// choose finds the next state.
func (s *state) choose(sc scope) (string, *TaskError) {
	for _, r := range s.Choices {
		if yes, fail := r.holds(sc); yes || fail != nil {
			return r.Next, fail
		}
	}
	if s.Default == "" {
		return "", &TaskError{errorNoChoiceMatched, "no rule holds, and there is no Default"}
	}
	return s.Default, nil
}

func (r rule) holds(sc scope) (bool, *TaskError) {
	switch {
	case r.Not != nil:
		yes, fail := r.Not.holds(sc)
		return !yes && fail == nil, fail
	case r.And != nil:
		return junction(r.And, sc, false)
	case r.Or != nil:
		return junction(r.Or, sc, true)
	}
	value, present := r.Variable.find(sc)
	switch {
	case r.IsPresent != nil:
		return present == *r.IsPresent, nil
	case !present:
		return false, &TaskError{errorRuntime, fmt.Sprintf("the Variable %s leads nowhere in the input", r.Variable)}
	}
	return r.compare(value), nil
}

// junction is And or Or. It stops at the first part that decides.
func junction(parts []rule, sc scope, decisive bool) (bool, *TaskError) {
	for _, part := range parts {
		if yes, fail := part.holds(sc); fail != nil || yes == decisive {
			return yes, fail
		}
	}
	return !decisive, nil
}

// compare returns false if the value has another type than the comparison.
func (r rule) compare(value any) bool {
	number, _ := value.(json.Number)
	n, err := number.Float64()
	if err != nil {
		n = math.NaN() // equals nothing
	}
	switch {
	case r.IsNull != nil:
		return (value == nil) == *r.IsNull
	case r.StringEquals != nil:
		return value == any(*r.StringEquals)
	case r.BooleanEquals != nil:
		return value == any(*r.BooleanEquals)
	case r.NumericEquals != nil:
		return n == *r.NumericEquals
	case r.NumericLessThan != nil:
		return n < *r.NumericLessThan
	case r.NumericLessThanEquals != nil:
		return n <= *r.NumericLessThanEquals
	case r.NumericGreaterThan != nil:
		return n > *r.NumericGreaterThan
	}
	return n >= *r.NumericGreaterThanEquals
}
