package judge

import "sort"

// Limits holds the smallest numbers that reject the new fleet, beside what the other one answered. 0
// is no limit, for want of requests.
type Limits struct {
	Errors           int     `json:"errors"`
	Refused          int     `json:"refused"`
	Seconds          float64 `json:"seconds"` // a mean above it rejects
	UnhealthyMinutes int     `json:"unhealthyMinutes"`
}

// LimitsOf finds the numbers by the rules themselves, which reject every larger one, too.
func LimitsOf(now, before Window) Limits {
	beside := compared(now, before)
	found := Limits{UnhealthyMinutes: unhealthyMinutes}
	found.Errors = least(now.New.Requests, func(errors int) bool {
		return failing(Fleet{Requests: now.New.Requests, Errors: errors}, beside) != ""
	})
	found.Refused = least(now.received(), func(refused int) bool {
		return refusing(Window{New: now.New, Former: now.Former, Refused: refused}, before) != ""
	})
	if min(now.New.Requests, beside.Requests) >= leastTimed && beside.Seconds > 0 {
		found.Seconds = max(beside.Seconds*slowFactor, beside.Seconds+slowSeconds)
	}
	return found
}

// least returns the smallest number up to most that is rejected, or 0.
func least(most int, rejects func(int) bool) int {
	if found := sort.Search(most+1, rejects); found <= most {
		return found
	}
	return 0
}

const (
	// leastRequests is the smallest number of requests that says anything. A version that always
	// fails has ten errors by then.
	leastRequests = 10

	// leastErrors is the smallest number of errors that rejects a version: with little traffic, two
	// are chance.
	leastErrors = 3

	// leastChance bounds the chance that errors fall so unevenly on two fleets alike. Half an hour
	// has thirty looks, each with the numbers of one more minute, so a bound of one in a hundred
	// would reject many good versions.
	leastChance = 1.0 / 2000

	// margin is the smallest difference of two shares. With many requests even a tenth of a point is
	// significant, which is no reason to go back.
	margin = 0.01

	// earlierMargin replaces margin where the minutes differ, because errors come in bursts.
	earlierMargin = 0.03

	// hopeless is the share of errors that rejects a version that cannot be compared with any other.
	hopeless = 0.5

	// leastPart is the smallest part of the new fleet's number of requests that the former one needs
	// in the same minutes. With fewer, the minutes before the shift compare better.
	leastPart = 0.1

	// leastTimed is the smallest number of requests of each fleet whose mean time says anything: a
	// few slow answers raise the mean of fewer.
	leastTimed = 200

	// A version is slow if its mean time is more than slowFactor times the former one's and more than
	// slowSeconds longer: nobody notices that 5 ms have doubled.
	slowFactor, slowSeconds = 2, 0.2

	// unhealthyMinutes in a row reject a version, as many as the alarm on unhealthy hosts needs. An
	// instance that starts slowly is unhealthy for about one.
	unhealthyMinutes = 3
)
