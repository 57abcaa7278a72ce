package differential

import "fmt"

func (g generator) task(name string, next []string, _ int) object {
	s := object{"Type": "Task"}
	if g.chance(20) && !g.data && !g.safe {
		s["Resource"] = "arn:aws:states:::lambda:invoke.waitForTaskToken"
		s["Parameters"] = object{
			"FunctionName": arn(one(g, "Completes", "Refuses"), name),
			"Payload":      object{"token.$": "$$.Task.Token", "data.$": g.where()},
		}
	} else {
		s["Resource"] = arn(g.does(), name)
		g.maybe(s, 50, "Parameters", func() any { return g.template(1) })
		if s["Parameters"] == nil {
			g.maybe(s, 30, "InputPath", func() any { return g.object() })
		}
	}
	g.results(s, next)
	return g.leading(s, next)
}

func (g generator) does() string {
	if g.data || g.safe {
		return one(g, "Echo", "Echo", "Answer", "Number")
	}
	return one(g, "Echo", "Answer", "Number", "Twice", "Twice", "Throttled", "Busy")
}

// results are the fields of what has a result, and may fail.
func (g generator) results(s object, next []string) {
	g.maybe(s, 20, "ResultSelector", func() any { return object{"whole.$": "$", "by.$": "$$.State.Name"} })
	s["ResultPath"] = g.place()
	if g.data {
		return
	}
	g.maybe(s, 50, "Retry", func() any { return g.retriers() })
	if len(next) > 0 {
		g.maybe(s, 70, "Catch", func() any { return g.catchers(next) })
	}
}

func (g generator) errors() []any {
	return []any{one[any](g, "Throttled", "AwsUnavailable", "Busy", "BuildFailed", "States.TaskFailed", "FailedClean", "States.Timeout")}
}

func (g generator) retriers() (all []any) {
	for range 1 + g.IntN(2) {
		r := object{"ErrorEquals": g.errors(), "IntervalSeconds": 1}
		g.maybe(r, 60, "MaxAttempts", func() any { return g.IntN(4) })
		g.maybe(r, 30, "BackoffRate", func() any { return 1.5 })
		g.maybe(r, 30, "MaxDelaySeconds", func() any { return 2 })
		g.maybe(r, 30, "JitterStrategy", func() any { return one(g, "FULL", "NONE") })
		all = append(all, r)
	}
	return all
}

func (g generator) catchers(next []string) (all []any) {
	for range 1 + g.IntN(2) {
		c := object{"ErrorEquals": g.errors(), "Next": one(g, next...)}
		c["ResultPath"] = one[any](g, "$.failure", "$.failure", "$.a", nil)
		all = append(all, c)
	}
	if g.chance(50) {
		all = append(all, object{"ErrorEquals": []any{"States.ALL"}, "ResultPath": "$.failure", "Next": one(g, next...)})
	}
	return all
}

func (g generator) parallel(name string, next []string, depth int) object {
	s := object{"Type": "Parallel"}
	var branches []any
	for i := range 1 + g.IntN(3) {
		branch := generator{g.Rand, g.data, g.safe || i > 0}
		branches = append(branches, branch.graph(fmt.Sprintf("%s.%d.", name, i), 1+g.IntN(3), depth-1))
	}
	s["Branches"] = branches
	g.maybe(s, 20, "Parameters", func() any { // the branches get all that they need
		parameters := object{"extra": g.value(1)}
		for _, field := range []string{"a", "b", "n", "s", "t", "z", "deep", "list"} {
			parameters[field+".$"] = "$." + field
		}
		return parameters
	})
	g.results(s, next)
	return g.leading(s, next)
}

func (g generator) choice(_ string, next []string, _ int) object {
	s := object{"Type": "Choice"}
	var rules []any
	for range 1 + g.IntN(3) {
		r := g.rule(2)
		r["Next"] = one(g, next...)
		rules = append(rules, r)
	}
	s["Choices"] = rules
	s["Default"] = next[0]
	return s
}

// rule compares what is there, and asks of the rest whether it is.
func (g generator) rule(depth int) object {
	if depth > 0 && g.chance(35) {
		switch g.IntN(3) {
		case 0:
			return object{"Not": g.rule(depth - 1)}
		case 1:
			return object{"And": []any{g.rule(depth - 1), g.rule(depth - 1)}}
		}
		return object{"Or": []any{g.rule(depth - 1), g.rule(depth - 1)}}
	}
	if g.chance(25) {
		return object{"Variable": one(g, g.where(), "$.none", "$.r", "$.failure.Error", "$.list[7]"), "IsPresent": g.chance(50)}
	}
	r := object{"Variable": one(g, "$.n", "$.s", "$.t", "$.a", "$.z", "$.deep.n", "$.list[0]", "$$.Execution.Input.n")}
	switch g.IntN(5) {
	case 0:
		r["StringEquals"] = g.text()
	case 1:
		r["BooleanEquals"] = g.chance(50)
	case 2:
		r["IsNull"] = g.chance(50)
	default:
		r[one(g, "NumericEquals", "NumericLessThan", "NumericLessThanEquals", "NumericGreaterThan", "NumericGreaterThanEquals")] = g.number()
	}
	return r
}
