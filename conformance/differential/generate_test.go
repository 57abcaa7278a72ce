package differential

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
)

// Generate makes the case of a seed: a machine in which every state can be reached and no path has a
// loop, and its input. Even seeds are about data, whose paths may lead nowhere; odd ones about Retry and
// Catch. What moto is known to do otherwise is in the corpus and left out here: comparisons of what is
// not there, results put into what is no object, errors of the data that are caught, null in an array.
func Generate(seed uint64) Case {
	g := generator{Rand: rand.New(rand.NewPCG(seed, 0)), data: seed%2 == 0}
	machine := g.graph("", 2+g.IntN(5), 1)
	machine["Comment"] = fmt.Sprintf("seed %d", seed)
	return Case{encode(machine), encode(g.input())}
}

func encode(value any) string {
	out, err := json.Marshal(value)
	if err != nil {
		panic(err) // of what was made of maps, slices and numbers here
	}
	return string(out)
}

type object = map[string]any

type generator struct {
	*rand.Rand
	data bool // it is about data, not about failures
	safe bool // nothing fails: a branch beside one that may, since of two the quicker would count
}

func (g generator) chance(percent int) bool { return g.IntN(100) < percent }

func one[T any](g generator, of ...T) T { return of[g.IntN(len(of))] }

func (g generator) input() any {
	return object{
		"a": g.value(2), "b": g.value(2), "n": g.number(), "s": g.text(), "t": g.chance(50), "z": nil,
		"deep": object{"er": object{"est": g.value(1)}, "n": g.number()}, "list": []any{g.value(1), g.value(1)},
	}
}

func (g generator) number() any { return one[any](g, 0, 1, 2, 3, -1, 1.5, 100) }
func (g generator) text() any   { return one[any](g, "x", "y", "two words", "ü") }

func (g generator) value(depth int) any {
	if depth == 0 || g.chance(60) {
		return one(g, g.number(), g.text(), any(g.chance(50)), nil)
	}
	if g.chance(50) {
		return []any{g.value(depth - 1), g.value(depth - 1)}
	}
	return object{"p": g.value(depth - 1), "q": g.value(depth - 1)}
}

// where is a path that leads somewhere, and at times, where that ends the machine, nowhere.
func (g generator) where() string {
	if g.data && !g.safe && g.chance(5) {
		return one(g, "$.none", "$.a.none", "$.list[7]", "$.deep.er.none")
	}
	return one(g, "$", "$.a", "$.b", "$.n", "$.s", "$.t", "$.z", "$.deep", "$.deep.er", "$.deep.er.est", "$.deep.n", "$.list", "$.list[0]", "$['s']")
}

// contextual is a path into the Context Object.
func (g generator) contextual() string {
	return one(g, "$$.Execution.Name", "$$.State.Name", "$$.Execution.Input.n", "$$.Execution.Input.deep.n")
}

// graph has states in a row: each leads to the next, and Choice and Catch to any that follows.
func (g generator) graph(prefix string, size, depth int) object {
	states, names := object{}, []string{}
	for i := range size {
		names = append(names, fmt.Sprintf("%ss%d", prefix, i))
	}
	for i, name := range names {
		s := g.state(name, names[i+1:], depth)
		states[name] = s
	}
	return object{"StartAt": names[0], "States": states}
}

// state is one that leads to the first of next, or ends.
func (g generator) state(name string, next []string, depth int) object {
	if len(next) == 0 && g.chance(25) {
		return g.end()
	}
	kinds := []func(string, []string, int) object{g.pass, g.pass, g.task, g.task, g.wait}
	if len(next) > 0 {
		kinds = append(kinds, g.choice, g.choice)
	}
	if depth > 0 {
		kinds = append(kinds, g.parallel)
	}
	return one(g, kinds...)(name, next, depth)
}

func (g generator) end() object {
	if g.safe || g.chance(50) {
		s := object{"Type": "Succeed"}
		g.cut(s, nil)
		return s
	}
	s := object{"Type": "Fail"}
	if g.chance(70) {
		s["Error"] = "FailedClean"
	} else {
		s["ErrorPath"] = "$$.Execution.Input.s"
	}
	g.maybe(s, 50, "Cause", func() any { return "on purpose" })
	return s
}

func (g generator) maybe(s object, percent int, field string, value func() any) {
	if g.chance(percent) {
		s[field] = value()
	}
}

// leading gives a state its way on.
func (g generator) leading(s object, next []string) object {
	if len(next) == 0 {
		s["End"] = true
	} else {
		s["Next"] = next[0]
	}
	return s
}

// cut lets the last state of a row pass on a part of its data, which is no text: what follows other
// states needs all of it.
func (g generator) cut(s object, next []string) {
	if g.data && len(next) == 0 && g.chance(30) {
		s["OutputPath"] = one(g, g.object(), "$.n", "$.t", "$.z", "$.list")
	}
}

// object is a path to an object, of which a function's payload is made.
func (g generator) object() string { return one(g, "$", "$.deep", "$.deep.er") }

// place is a ResultPath that leaves the data an object with most of its fields.
func (g generator) place() any { return one[any](g, "$.r", "$.r", "$.deep.r", "$.a", "$.b", nil) }

func (g generator) pass(_ string, next []string, _ int) object {
	s := object{"Type": "Pass"}
	if g.data && !g.safe {
		g.maybe(s, 20, "InputPath", func() any { return g.where() })
	}
	g.maybe(s, 40, "Parameters", func() any { return g.template(2) })
	g.maybe(s, 30, "Result", func() any { return g.value(2) })
	if len(s) > 1 {
		s["ResultPath"] = g.place()
	}
	g.cut(s, next)
	return g.leading(s, next)
}

func (g generator) wait(_ string, next []string, _ int) object {
	s := object{"Type": "Wait", "Seconds": g.IntN(3)}
	g.cut(s, next)
	return g.leading(s, next)
}

// template is a payload template.
func (g generator) template(depth int) object {
	t := object{}
	for _, key := range []string{"k", "l", "m"} {
		switch {
		case g.chance(40):
			t[key+".$"] = g.dynamic()
		case depth > 0 && g.chance(40):
			t[key] = g.template(depth - 1)
		case depth > 0 && g.chance(30):
			t[key] = []any{g.template(depth - 1), g.value(1)}
		default:
			t[key] = g.value(1)
		}
	}
	return t
}

func (g generator) dynamic() string {
	switch g.IntN(10) {
	case 0, 1:
		return g.contextual()
	case 2:
		return "States.Array(" + strings.Join([]string{g.where(), "'text'", "3", "true"}[:1+g.IntN(4)], ", ") + ")"
	case 3:
		return "States.Format('{} and {}.', " + one(g, "$.n", "$.s", "$.t", "$.deep.n") + ", " + one(g, "'x'", "1", "true") + ")"
	}
	return g.where()
}
