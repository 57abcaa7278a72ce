package balancer

import (
	"maps"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/lambdas/balancer/judge"
)

// The beginnings of the IDs of a fleet's queries.
const (
	newFleet    = "new"
	formerFleet = "former"
)

// readings holds the values of each query by the start of their minute.
type readings map[string]map[int64]float64

func (r readings) add(id string, result types.MetricDataResult) {
	if r[id] == nil {
		r[id] = map[int64]float64{}
	}
	for i := range min(len(result.Timestamps), len(result.Values)) {
		r[id][result.Timestamps[i].UnixNano()] = result.Values[i]
	}
}

// window adds up the minutes from a time to another, which is not in it.
func (r readings) window(from, to time.Time) judge.Window {
	window := judge.Window{New: r.fleet(newFleet, from, to), Former: r.fleet(formerFleet, from, to), UnhealthyMinutes: r.unhealthy(from, to)}
	for _, at := range r.minutes("refused", from, to) {
		window.Refused += int(r["refused"][at])
	}
	return window
}

// minutes lists those in which a query has a value, oldest first.
func (r readings) minutes(id string, from, to time.Time) []int64 {
	return slices.DeleteFunc(slices.Sorted(maps.Keys(r[id])), func(at int64) bool {
		return at < from.UnixNano() || at >= to.UnixNano()
	})
}

// fleet weighs the mean times of the minutes by their requests. It leaves out a minute whose requests
// are not known yet: its errors alone would look like nothing else.
func (r readings) fleet(id string, from, to time.Time) (total judge.Fleet) {
	seconds, timed := 0.0, 0.0
	for _, at := range r.minutes(id+"Requests", from, to) {
		requests := r[id+"Requests"][at]
		total.Requests += int(requests)
		total.Errors += int(min(r[id+"Errors"][at], requests))
		total.P90, total.P99 = max(total.P90, r[id+"P90"][at]), max(total.P99, r[id+"P99"][at])
		if mean := r[id+"Seconds"][at]; mean > 0 {
			seconds, timed = seconds+mean*requests, timed+requests
		}
	}
	if timed > 0 {
		total.Seconds = seconds / timed
	}
	return total
}

// unhealthy counts the last minutes in a row with an unhealthy target.
func (r readings) unhealthy(from, to time.Time) (row int) {
	for _, at := range r.minutes(newFleet+"Unhealthy", from, to) {
		if row++; r[newFleet+"Unhealthy"][at] < 1 {
			row = 0
		}
	}
	return row
}
