package judge_test

import (
	"testing"

	"photogallery/lambdas/balancer/judge"
)

// quiet is the former fleet's ten minutes before the shift.
var quiet = judge.Window{Former: judge.Fleet{Requests: 6000, Errors: 6, Seconds: 0.1}}

func beside(fresh, former judge.Fleet) judge.Window { return judge.Window{New: fresh, Former: former} }

func TestVerdicts(t *testing.T) {
	tests := map[string]struct {
		now, before judge.Window
		want        judge.Outcome
		reason      string
	}{
		"as good": {beside(judge.Fleet{Requests: 1240, Errors: 1}, judge.Fleet{Requests: 23560, Errors: 24}), quiet, judge.Pass,
			"0.1 % of 1,240 answers of the new fleet were errors (5xx), 0.1 % of 23,560 of the former one"},
		"more errors": {beside(judge.Fleet{Requests: 1240, Errors: 38}, judge.Fleet{Requests: 23560, Errors: 24}), quiet, judge.Fail,
			"3.1 % of 1,240 answers of the new fleet were errors (5xx), 0.1 % of 23,560 of the former one"},
		"more, but by less than a point": {beside(judge.Fleet{Requests: 100_000, Errors: 900}, judge.Fleet{Requests: 1_900_000, Errors: 1900}), quiet, judge.Pass,
			"0.9 % of 100,000 answers of the new fleet were errors (5xx), 0.1 % of 1,900,000 of the former one"},
		"both in the same trouble": {beside(judge.Fleet{Requests: 1000, Errors: 400}, judge.Fleet{Requests: 1000, Errors: 390}), quiet, judge.Pass,
			"40.0 % of 1,000 answers of the new fleet were errors (5xx), 39.0 % of 1,000 of the former one"},
		"both fail always": {beside(judge.Fleet{Requests: 50, Errors: 50}, judge.Fleet{Requests: 50, Errors: 50}), quiet, judge.Pass,
			"100.0 % of 50 answers of the new fleet were errors (5xx), 100.0 % of 50 of the former one"},
		"fewer errors": {beside(judge.Fleet{Requests: 1000}, judge.Fleet{Requests: 1000, Errors: 300}), quiet, judge.Pass,
			"0.0 % of 1,000 answers of the new fleet were errors (5xx), 30.0 % of 1,000 of the former one"},
		"too few requests": {beside(judge.Fleet{Requests: 9, Errors: 9}, judge.Fleet{Requests: 171}), quiet, judge.Undecided,
			"too little traffic to judge: 9 requests; health alone decides"},
		"one request": {beside(judge.Fleet{Requests: 1}, judge.Fleet{}), quiet, judge.Undecided,
			"too little traffic to judge: 1 request; health alone decides"},
		"just enough": {beside(judge.Fleet{Requests: 10, Errors: 10}, judge.Fleet{Requests: 171}), quiet, judge.Fail,
			"100.0 % of 10 answers of the new fleet were errors (5xx), 0.0 % of 171 of the former one"},
		"two errors": {beside(judge.Fleet{Requests: 10, Errors: 2}, judge.Fleet{Requests: 100_000}), quiet, judge.Pass,
			"20.0 % of 10 answers of the new fleet were errors (5xx), 0.0 % of 100,000 of the former one"},
		"alone": {beside(judge.Fleet{Requests: 6000, Errors: 12}, judge.Fleet{}), quiet, judge.Pass,
			"0.2 % of 6,000 answers of the new fleet were errors (5xx), 0.1 % of 6,000 of the former one before the shift"},
		"alone, and worse": {beside(judge.Fleet{Requests: 6000, Errors: 300}, judge.Fleet{}), quiet, judge.Fail,
			"5.0 % of 6,000 answers of the new fleet were errors (5xx), 0.1 % of 6,000 of the former one before the shift"},
		"alone, and worse by less than three points": {beside(judge.Fleet{Requests: 6000, Errors: 180}, judge.Fleet{}), quiet, judge.Pass,
			"3.0 % of 6,000 answers of the new fleet were errors (5xx), 0.1 % of 6,000 of the former one before the shift"},
		"the former fleet has a trickle left": {beside(judge.Fleet{Requests: 6000, Errors: 300}, judge.Fleet{Requests: 60}), quiet, judge.Fail,
			"5.0 % of 6,000 answers of the new fleet were errors (5xx), 0.1 % of 6,000 of the former one before the shift"},
		"nothing to compare with": {beside(judge.Fleet{Requests: 100, Errors: 20}, judge.Fleet{Requests: 3}), judge.Window{}, judge.Undecided,
			"nothing to compare with: the former fleet answered 3 requests; health alone decides"},
		"hopeless without comparison": {beside(judge.Fleet{Requests: 100, Errors: 60}, judge.Fleet{}), judge.Window{}, judge.Fail,
			"60.0 % of 100 answers of the new fleet were errors (5xx), and the former one had none to compare with"},
		"slow": {beside(judge.Fleet{Requests: 1240, Seconds: 0.62}, judge.Fleet{Requests: 23560, Seconds: 0.18}), quiet, judge.Fail,
			"1,240 answers of the new fleet took 620 ms on average, 23,560 of the former one 180 ms"},
		"slow, and alone": {beside(judge.Fleet{Requests: 1240, Seconds: 0.62}, judge.Fleet{}), quiet, judge.Fail,
			"1,240 answers of the new fleet took 620 ms on average, 6,000 of the former one before the shift 100 ms"},
		"twice as long, which nobody notices": {beside(judge.Fleet{Requests: 1240, Seconds: 0.03}, judge.Fleet{Requests: 23560, Seconds: 0.01}), quiet, judge.Pass,
			"0.0 % of 1,240 answers of the new fleet were errors (5xx), 0.0 % of 23,560 of the former one"},
		"much longer, but not twice as long": {beside(judge.Fleet{Requests: 1240, Seconds: 1.9}, judge.Fleet{Requests: 23560, Seconds: 1}), quiet, judge.Pass,
			"0.0 % of 1,240 answers of the new fleet were errors (5xx), 0.0 % of 23,560 of the former one"},
		"slow by a few answers": {beside(judge.Fleet{Requests: 199, Seconds: 2}, judge.Fleet{Requests: 1000, Seconds: 0.2}), quiet, judge.Pass,
			"0.0 % of 199 answers of the new fleet were errors (5xx), 0.0 % of 1,000 of the former one"},
		"times unknown": {beside(judge.Fleet{Requests: 1240, Seconds: 2}, judge.Fleet{Requests: 23560}), judge.Window{}, judge.Pass,
			"0.0 % of 1,240 answers of the new fleet were errors (5xx), 0.0 % of 23,560 of the former one"},
		"closes connections": {judge.Window{New: judge.Fleet{Requests: 300}, Former: judge.Fleet{Requests: 5700}, Refused: 300}, quiet, judge.Fail,
			"the load balancer itself answered 5.0 % of 6,000 requests with an error (5xx), 0.0 % of 6,000 before the shift: a target refuses or closes connections"},
		"refused as before": {judge.Window{New: judge.Fleet{Requests: 300}, Former: judge.Fleet{Requests: 5700}, Refused: 300},
			judge.Window{Former: quiet.Former, Refused: 300}, judge.Pass,
			"0.0 % of 300 answers of the new fleet were errors (5xx), 0.0 % of 5,700 of the former one"},
		"an unhealthy target": {judge.Window{UnhealthyMinutes: 3}, quiet, judge.Fail, "a target of the new fleet was unhealthy for 3 minutes in a row"},
		"a slow start":        {judge.Window{UnhealthyMinutes: 2}, quiet, judge.Undecided, "too little traffic to judge: 0 requests; health alone decides"},
	}
	for name, test := range tests {
		if got := judge.Judge(test.now, test.before); got.Outcome != test.want || got.Reason != test.reason || got.Seen != test.now {
			t.Errorf("%s: %s because %q, want %s because %q", name, got.Outcome, got.Reason, test.want, test.reason)
		}
	}
}

// The next smaller number passes.
func TestLimitsAreWhereTheVerdictTurns(t *testing.T) {
	now := judge.Window{New: judge.Fleet{Requests: 1240, Seconds: 0.1}, Former: judge.Fleet{Requests: 23560, Errors: 24, Seconds: 0.18}}
	limits := judge.LimitsOf(now, quiet)
	for name, rejects := range map[string]func(above bool) judge.Window{
		"errors":                      func(above bool) judge.Window { w := now; w.New.Errors = limits.Errors - one(!above); return w },
		"errors of the load balancer": func(above bool) judge.Window { w := now; w.Refused = limits.Refused - one(!above); return w },
		"seconds": func(above bool) judge.Window {
			w := now
			w.New.Seconds = limits.Seconds + 0.001*float64(one(above))
			return w
		},
		"minutes": func(above bool) judge.Window {
			w := now
			w.UnhealthyMinutes = limits.UnhealthyMinutes - one(!above)
			return w
		},
	} {
		if got := judge.Judge(rejects(true), quiet); got.Outcome != judge.Fail {
			t.Errorf("%s at the limit: %s because %s", name, got.Outcome, got.Reason)
		}
		if got := judge.Judge(rejects(false), quiet); got.Outcome != judge.Pass {
			t.Errorf("%s below the limit: %s because %s", name, got.Outcome, got.Reason)
		}
	}
	if none := judge.LimitsOf(beside(judge.Fleet{Requests: 9}, judge.Fleet{}), judge.Window{}); none != (judge.Limits{UnhealthyMinutes: 3}) {
		t.Errorf("with too little traffic the limits are %+v", none)
	}
}

func one(yes bool) int {
	if yes {
		return 1
	}
	return 0
}

func TestSummaryHasAllNumbers(t *testing.T) {
	verdict := judge.Judge(judge.Window{
		New: judge.Fleet{Requests: 1000, Errors: 1, P90: 0.12, P99: 0.3}, Former: judge.Fleet{Requests: 1000, P90: 0.1, P99: 0.29}, Refused: 2,
	}, quiet)
	want := "0.1 % of 1,000 answers of the new fleet were errors (5xx), 0.0 % of 1,000 of the former one; " +
		"in the slowest minute 90 % of its answers took at most 120 ms and 99 % 300 ms (the former one's 100 ms and 290 ms); " +
		"the load balancer itself answered 2 requests with an error"
	if got := verdict.Summary(); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestWindowCountsBothFleets(t *testing.T) {
	for want, window := range map[string]judge.Window{
		"no requests counted yet":                     {},
		"12 of 1,204 failed, 3 of 22,000 beside it":   beside(judge.Fleet{Requests: 1204, Errors: 12}, judge.Fleet{Requests: 22000, Errors: 3}),
		"0 of 1,234,567 failed":                       beside(judge.Fleet{Requests: 1234567}, judge.Fleet{}),
		"0 of 0 failed, 1,000 of 1,000,007 beside it": beside(judge.Fleet{}, judge.Fleet{Requests: 1000007, Errors: 1000}),
	} {
		if got := window.String(); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
