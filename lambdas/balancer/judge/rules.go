package judge

func unhealthy(now Window) string {
	if now.UnhealthyMinutes < unhealthyMinutes {
		return ""
	}
	return minutesUnhealthy(now.UnhealthyMinutes)
}

// failing compares the shares of errors.
func failing(fresh Fleet, beside reference) string {
	switch {
	case fresh.Requests < leastRequests:
		return ""
	case beside.Requests < leastRequests:
		if share(fresh.Errors, fresh.Requests) < hopeless {
			return ""
		}
	case !worse(fresh.Errors, fresh.Requests, beside.Errors, beside.Requests, beside.margin()):
		return ""
	}
	return answers(fresh, beside)
}

// refusing compares what the load balancer itself answered with what it did before the shift. While
// the new fleet has 5 % of the traffic, a version that closes every connection makes 5 %.
func refusing(now, before Window) string {
	all, former := now.received(), before.received()
	if former < leastRequests || !worse(now.Refused, all, before.Refused, former, earlierMargin) {
		return ""
	}
	return refused(now, before)
}

// received counts all requests. Those that reached no target are in Refused alone.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-cloudwatch-metrics.html
func (w Window) received() int { return max(w.New.Requests+w.Former.Requests, w.Refused) }

// slow compares the mean times. Unlike percentiles, those of the minutes make one of the window.
func slow(fresh Fleet, beside reference) string {
	few := min(fresh.Requests, beside.Requests) < leastTimed || beside.Seconds == 0
	if few || fresh.Seconds <= beside.Seconds*slowFactor || fresh.Seconds-beside.Seconds <= slowSeconds {
		return ""
	}
	return times(fresh, beside)
}

func (r reference) margin() float64 {
	if r.earlier {
		return earlierMargin
	}
	return margin
}
