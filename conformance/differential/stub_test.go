//go:build conformance

package differential

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/fnv"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"

	"photogallery/internal/asl"
)

// stubs answer for the functions of one of the real machines, by chance, but the same for the same seed.
type stubs struct {
	seed    uint64
	fields  map[string]map[string][]any // by ResultPath: the fields that the machine reads, with the values that it knows
	results map[string]string           // the ResultPath of each Task

	mu    sync.Mutex
	given map[string][]stub // by state, in order
}

// stub is one answer.
type stub struct {
	Output any    `json:"output,omitempty"`
	Error  string `json:"error,omitempty"`
	Cause  string `json:"cause,omitempty"`
}

// newStubs reads what the machine's Tasks are to answer out of its paths and comparisons.
func newStubs(machine object, seed uint64) *stubs {
	s := &stubs{seed: seed, fields: map[string]map[string][]any{}, results: map[string]string{}, given: map[string][]stub{}}
	eachState(machine, func(name string, state object) {
		if path, ok := state["ResultPath"].(string); ok && state["Type"] == "Task" {
			s.results[name], s.fields[path] = path, map[string][]any{}
		}
	})
	eachText(machine, func(text string) { s.know(text, nil) })
	eachRule(machine, func(rule object) {
		for comparison, value := range rule {
			switch {
			case strings.HasSuffix(comparison, "Equals"):
				s.know(text(rule["Variable"]), value)
			case comparison == "IsPresent":
				s.know(text(rule["Variable"]), absent)
			}
		}
	})
	return s
}

// absent stands for a field that an answer does not have.
var absent = new(struct{ byte })

// know adds a path that leads into an answer, and a value that it is compared with. Those of booleans are both.
func (s *stubs) know(path string, value any) {
	for result, fields := range s.fields {
		field, inside := strings.CutPrefix(path, result+".")
		if !inside {
			continue
		}
		if field == "wait" { // which is a number of seconds
			fields[field] = []any{60}
			continue
		}
		switch value.(type) {
		case nil:
			fields[field] = append(fields[field], "some "+field)
		case *struct{ byte }:
			fields[field] = append(fields[field], slices.Repeat([]any{absent}, 12)...)
		case bool:
			fields[field] = append(fields[field], true, true, false, false)
		default:
			fields[field] = append(fields[field], value, value, value)
		}
	}
}

// Errors that the machines know and one that they do not.
var stubErrors = []string{"Throttled", "AwsUnavailable", "CapacityUnavailable", "NotSeenYet", "LeftBehind", "Lambda.Unknown", "States.Timeout", "QuotaExceeded"}

// answer returns the answer to a call, always the same for the same seed. One seed in four has no errors, so that
// runs reach the ends of long ways; in some of these no build and no command reports, or a teardown leaves something.
func (s *stubs) answer(state string) stub {
	s.mu.Lock()
	defer s.mu.Unlock()
	h := fnv.New64()
	fmt.Fprint(h, state, len(s.given[state]))
	random := rand.New(rand.NewPCG(s.seed, h.Sum64()))
	a := stub{Output: s.output(state, random)}
	switch calm := s.seed%4 == 0; {
	case s.seed%8 == 0 && (state == "AwaitBuild" || state == "AwaitRun"):
		a = stub{Error: "States.HeartbeatTimeout", Cause: "silent"}
	case s.seed%8 == 0 && state == "VerifyNothingLeft":
		a = stub{Error: "Unexpected", Cause: "left"}
	case !calm && random.IntN(8) == 0:
		a = stub{Error: stubErrors[random.IntN(len(stubErrors))], Cause: "by chance"}
	}
	s.given[state] = append(s.given[state], a)
	return a
}

func (s *stubs) output(state string, random *rand.Rand) any {
	out := object{}
	fields := s.fields[s.results[state]]
	for _, field := range slices.Sorted(maps.Keys(fields)) {
		value := fields[field][random.IntN(len(fields[field]))]
		if value == absent {
			continue
		}
		inner, names := out, strings.Split(field, ".")
		for _, name := range names[:len(names)-1] {
			next, ok := inner[name].(object)
			if !ok {
				next = object{}
				inner[name] = next
			}
			inner = next
		}
		inner[names[len(names)-1]] = value
	}
	return out
}

// Invoke is asl.Invoker's: a function has its state's name.
func (s *stubs) Invoke(_ context.Context, function string, _ []byte) ([]byte, error) {
	a := s.answer(function[strings.LastIndex(function, ":")+1:])
	if a.Error != "" {
		return nil, &asl.TaskError{Name: a.Error, Cause: a.Cause}
	}
	return json.Marshal(a.Output)
}

// eachState visits the states of a machine and of its branches.
func eachState(graph object, visit func(name string, state object)) {
	for name, state := range graph["States"].(object) {
		visit(name, state.(object))
		branches, _ := state.(object)["Branches"].([]any)
		for _, branch := range branches {
			eachState(branch.(object), visit)
		}
	}
}

// eachText visits all texts in a value.
func eachText(value any, visit func(text string)) {
	switch v := value.(type) {
	case string:
		visit(v)
	case object:
		for _, key := range slices.Sorted(maps.Keys(v)) {
			eachText(v[key], visit)
		}
	case []any:
		for _, inner := range v {
			eachText(inner, visit)
		}
	}
}

// eachRule visits the objects in a value that have a Variable.
func eachRule(value any, visit func(rule object)) {
	switch v := value.(type) {
	case object:
		if v["Variable"] != nil {
			visit(v)
		}
		for _, key := range slices.Sorted(maps.Keys(v)) {
			eachRule(v[key], visit)
		}
	case []any:
		for _, inner := range v {
			eachRule(inner, visit)
		}
	}
}
