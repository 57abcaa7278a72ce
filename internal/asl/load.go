// Package asl interprets Amazon States Language, https://states-language.net/spec.html,
// as far as Photogallery's two state machines need it: definitions in the
// JSONPath query language, Standard executions with their history, Lambda tasks
// and task tokens. Time comes from the standard library alone, so that
// executions run in testing/synctest bubbles.
package asl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"
)

// Definition is a checked state machine definition. It never changes, and any
// number of executions may run it at once.
type Definition struct {
	graph   *graph
	timeout time.Duration // 0: none
	states  []*state      // by name, those of branches behind their Parallel
}

// graph is the states of the machine, or of one branch.
type graph struct {
	start  string
	states map[string]*state
}

// Problem is one thing wrong with a definition.
type Problem struct {
	// Place is "definition", or a state and what is in it, such as
	// `state "Bake", Retry[0]`.
	Place string
	// Message says what is wrong, with the value, and what to do.
	Message string
}

// LoadError says everything that is wrong with a definition.
type LoadError struct{ Problems []Problem }

// Error has a line for each problem.
func (e *LoadError) Error() string {
	lines := make([]string, len(e.Problems))
	for i, p := range e.Problems {
		lines[i] = p.Place + ": " + p.Message
	}
	return strings.Join(lines, "\n")
}

const (
	maxDefinition = 1 << 20  // bytes, a quota
	maxSeconds    = 99999999 // of waits and time-outs; also a task's time-out when it gives none
)

// Load reads a state machine in Amazon States Language, after putting the
// substitutions in place of their ${Name} tokens. It supports the JSONPath query
// language, without variables and without Map states. What it would not do as
// Step Functions does, it refuses. The error is a *LoadError with all problems.
func Load(text []byte, substitutions map[string]string) (*Definition, error) {
	l := &loader{}
	def := l.definition(text, substitutions)
	if len(l.problems) > 0 {
		return nil, &LoadError{l.problems}
	}
	return def, nil
}

type loader struct {
	problems []Problem
	states   []*state
}

func (l *loader) problem(place, format string, args ...any) {
	l.problems = append(l.problems, Problem{place, fmt.Sprintf(format, args...)})
}

const wholeDefinition = "definition"

func (l *loader) definition(text []byte, substitutions map[string]string) *Definition {
	if len(text) > maxDefinition {
		l.problem(wholeDefinition, "it has %d bytes: make it at most %d", len(text), maxDefinition)
		return nil
	}
	text = l.substitute(text, substitutions)
	value, err := decode(text)
	if err != nil {
		l.problem(wholeDefinition, "it is not JSON: %v%s: correct it", err, line(text, err))
		return nil
	}
	l.checkTwice(json.NewDecoder(bytes.NewReader(text)))
	f, ok := l.fields(wholeDefinition, value)
	if !ok {
		return nil
	}
	def := &Definition{graph: l.graph(f)}
	def.timeout = time.Duration(f.integer("TimeoutSeconds", 1, maxSeconds, 0)) * time.Second
	f.text("Comment")
	if version := f.text("Version"); version != "" && version != "1.0" {
		f.problem("Version is %q: give it \"1.0\"", version)
	}
	f.queryLanguage()
	f.rest()
	def.states = l.states
	l.checkNames()
	return def
}

// line says where a syntax error is.
func line(text []byte, err error) string {
	var syntax *json.SyntaxError
	if !errors.As(err, &syntax) {
		return ""
	}
	return fmt.Sprintf(" in line %d", 1+bytes.Count(text[:min(int(syntax.Offset), len(text))], []byte("\n")))
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

func (f *fields) queryLanguage() {
	if language := f.text("QueryLanguage"); language != "" && language != "JSONPath" {
		f.problem("QueryLanguage is %q: rewrite this in JSONPath", language)
	}
}

// graph reads StartAt and States, of the machine or of a branch.
func (l *loader) graph(f *fields) *graph {
	f.require("StartAt", "States")
	g := &graph{start: f.text("StartAt"), states: map[string]*state{}}
	all, ok := read[map[string]any](f, "States", "an object with the states")
	if ok && len(all) == 0 {
		f.problem("States is {}: give it a state at least")
	}
	for _, name := range slices.Sorted(maps.Keys(all)) {
		g.states[name] = l.state(name, all[name])
	}
	if g.start != "" && ok {
		l.checkGraph(f.place, g)
	}
	return g
}
