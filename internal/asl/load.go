// Package asl interprets Amazon States Language, https://states-language.net/spec.html, as far as
// Photogallery's two state machines need it: Standard executions with their history, Lambda tasks
// and task tokens, in the JSONPath query language. states.schema.json lists what it accepts; it
// refuses the rest. It takes the time only from the standard library, so that executions run in
// testing/synctest bubbles.
package asl

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
)

// Definition is a checked state machine definition. It never changes, and any
// number of executions may run it at once.
type Definition struct {
	machine struct {
		graph
		TimeoutSeconds int64
	}
	states []*state // by name, the states of branches after their Parallel
}

// Problem is one error in a definition.
type Problem struct {
	// Place is "definition", or a state and a part of it, such as `state "Bake", Retry[0]`.
	Place string
	// Message says what is wrong, with the value, and what to do.
	Message string
}

// LoadError lists all errors in a definition.
type LoadError struct{ Problems []Problem }

// Error returns a line for each problem.
func (e *LoadError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.Place + ": " + p.Message
	}
	return strings.Join(lines, "\n")
}

// maxSeconds is the default time-out.
const maxSeconds = 99999999

// Load reads a state machine in Amazon States Language, after it has replaced the ${Name} tokens
// with the substitutions. It refuses what it would not run as Step Functions does. The error is a
// *LoadError with all problems, sorted by place; problems of transitions are reported only if there
// are no others.
func Load(text []byte, substitutions map[string]string) (*Definition, error) {
	l := &loader{}
	def := l.definition(text, substitutions)
	if len(l.problems) > 0 {
		slices.SortFunc(l.problems, func(a, b Problem) int {
			return cmp.Or(cmp.Compare(a.Place, b.Place), cmp.Compare(a.Message, b.Message))
		})
		return nil, &LoadError{l.problems}
	}
	return def, nil
}

type loader struct{ problems []Problem }

func (l *loader) problem(place, format string, args ...any) {
	l.problems = append(l.problems, Problem{place, fmt.Sprintf(format, args...)})
}

const wholeDefinition = "definition"

func (l *loader) definition(text []byte, substitutions map[string]string) *Definition {
	text = l.substitute(text, substitutions)
	var raw any
	if err := json.Unmarshal(text, &raw); err != nil {
		l.problem(wholeDefinition, "it is not JSON: %v: correct it", err)
		return nil
	}
	l.checkSchema(raw)
	if len(l.problems) > 0 {
		return nil
	}
	def := &Definition{}
	def.machine.TimeoutSeconds = maxSeconds
	if err := json.Unmarshal(text, &def.machine); err != nil {
		l.problem(wholeDefinition, "%v: correct it", err)
		return nil
	}
	def.states = def.machine.name(nil, "", 0)
	l.checkStates(def)
	return def
}

var substitution = regexp.MustCompile(`\$\{([A-Za-z0-9_.:]+)\}`)

func (l *loader) substitute(text []byte, substitutions map[string]string) []byte {
	missing := map[string]bool{}
	out := substitution.ReplaceAllFunc(text, func(token []byte) []byte {
		name := string(token[2 : len(token)-1])
		value, ok := substitutions[name]
		if !ok {
			missing[name] = true
			return token
		}
		return []byte(value)
	})
	for _, name := range slices.Sorted(maps.Keys(missing)) {
		l.problem(wholeDefinition, "there is no value for ${%s}: add %q to the substitutions", name, name)
	}
	return out
}
