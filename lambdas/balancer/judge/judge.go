package judge

// Fleet counts what one fleet answered in some minutes.
type Fleet struct {
	Requests int     `json:"requests"`
	Errors   int     `json:"errors"`  // its own answers of the 500s
	Seconds  float64 `json:"seconds"` // the mean response time, or 0 if it is unknown

	// P90 and P99 are the response times that 90 % and 99 % of the answers kept to in the slowest
	// minute, or 0. The percentiles of minutes make none of the window, so they decide nothing.
	P90 float64 `json:"p90"`
	P99 float64 `json:"p99"`
}

// Window holds what the two fleets answered in the same minutes. Before the shift, New is empty.
type Window struct {
	New    Fleet `json:"new"`
	Former Fleet `json:"former"`

	// Refused counts the load balancer's own answers of the 500s, as when a target closes the
	// connection. They are counted for no fleet.
	Refused int `json:"refused"`

	// UnhealthyMinutes counts the minutes in a row, up to the last one, in which a target of the new
	// fleet was unhealthy.
	UnhealthyMinutes int `json:"unhealthyMinutes"`
}

// Outcome names a result of the comparison.
type Outcome string

// The outcomes.
const (
	Pass      Outcome = "pass"
	Fail      Outcome = "fail"
	Undecided Outcome = "undecided" // for want of requests; the health of the targets decides
)

// Verdict is an outcome with its reason, in one line for people, and what it is based on.
type Verdict struct {
	Outcome Outcome
	Reason  string
	Seen    Window
	Beside  Fleet // the former fleet, as it was compared
	Earlier bool  // it was in the minutes before the shift
}

// Judge compares the fleets in the minutes now, in which they served beside each other, and uses
// those before the shift where the former fleet has too few requests now.
func Judge(now, before Window) Verdict {
	beside := compared(now, before)
	outcome, reason := Fail, unhealthy(now)
	for _, rule := range []func() string{
		func() string { return failing(now.New, beside) },
		func() string { return refusing(now, before) },
		func() string { return slow(now.New, beside) },
	} {
		if reason == "" {
			reason = rule()
		}
	}
	if reason == "" {
		outcome, reason = otherwise(now.New, beside)
	}
	return Verdict{outcome, reason, now, beside.Fleet, beside.earlier}
}

// otherwise returns the outcome if no rule is broken.
func otherwise(fresh Fleet, beside reference) (Outcome, string) {
	switch {
	case fresh.Requests < leastRequests:
		return Undecided, "too little traffic to judge: " + requests(fresh.Requests) + "; health alone decides"
	case beside.Requests < leastRequests:
		return Undecided, "nothing to compare with: the former fleet answered " + requests(beside.Requests) + "; health alone decides"
	}
	return Pass, answers(fresh, beside)
}

// reference is the former fleet, in the same minutes or in those before the shift.
type reference struct {
	Fleet
	earlier bool
}

// compared prefers the same minutes, because what troubles both fleets in them is not the new
// version's fault.
func compared(now, before Window) reference {
	enough := max(leastRequests, int(leastPart*float64(now.New.Requests)))
	if now.Former.Requests >= enough || before.Former.Requests <= now.Former.Requests {
		return reference{now.Former, false}
	}
	return reference{before.Former, true}
}
