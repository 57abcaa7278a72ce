package judge

import (
	"fmt"
	"strconv"
)

// String counts the errors of both fleets, for people.
func (w Window) String() string {
	if w.New.Requests == 0 && w.Former.Requests == 0 {
		return "no requests counted yet"
	}
	text := fmt.Sprintf("%s of %s failed", count(w.New.Errors), count(w.New.Requests))
	if w.Former.Requests > 0 {
		text += fmt.Sprintf(", %s of %s beside it", count(w.Former.Errors), count(w.Former.Requests))
	}
	return text
}

// Summary puts all numbers of a verdict into one line for people, after its reason.
func (v Verdict) Summary() string {
	text := v.Reason
	if v.Seen.New.P99 > 0 {
		text += fmt.Sprintf("; in the slowest minute 90 %% of its answers took at most %s and 99 %% %s", milliseconds(v.Seen.New.P90), milliseconds(v.Seen.New.P99))
		if v.Beside.P99 > 0 {
			text += fmt.Sprintf(" (the former one's %s and %s)", milliseconds(v.Beside.P90), milliseconds(v.Beside.P99))
		}
	}
	if v.Seen.New.Requests > 0 {
		text += "; the load balancer itself answered " + requests(v.Seen.Refused) + " with an error"
	}
	return text
}

func milliseconds(seconds float64) string { return fmt.Sprintf("%.0f ms", seconds*1000) }

func answers(fresh Fleet, beside reference) string {
	text := fmt.Sprintf("%s of %s of the new fleet were errors (5xx)", percent(fresh.Errors, fresh.Requests), plural(fresh.Requests, "answer"))
	if beside.Requests < leastRequests {
		return text + ", and the former one had none to compare with"
	}
	return text + fmt.Sprintf(", %s of %s of the former one%s", percent(beside.Errors, beside.Requests), count(beside.Requests), beside.when())
}

func refused(now, before Window) string {
	return fmt.Sprintf("the load balancer itself answered %s of %s with an error (5xx), %s of %s before the shift: a target refuses or closes connections",
		percent(now.Refused, now.received()), requests(now.received()), percent(before.Refused, before.received()), count(before.received()))
}

func times(fresh Fleet, beside reference) string {
	return fmt.Sprintf("%s of the new fleet took %.0f ms on average, %s of the former one%s %.0f ms",
		plural(fresh.Requests, "answer"), fresh.Seconds*1000, count(beside.Requests), beside.when(), beside.Seconds*1000)
}

func minutesUnhealthy(minutes int) string {
	return fmt.Sprintf("a target of the new fleet was unhealthy for %s in a row", plural(minutes, "minute"))
}

func (r reference) when() string {
	if r.earlier {
		return " before the shift"
	}
	return ""
}

func percent(part, whole int) string { return fmt.Sprintf("%.1f %%", 100*share(part, whole)) }

func requests(n int) string { return plural(n, "request") }

func plural(n int, of string) string {
	if n != 1 {
		of += "s"
	}
	return count(n) + " " + of
}

// count writes a number with commas between its thousands.
func count(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", count(n/1000), n%1000)
}
