package cost

import (
	"fmt"

	"photogallery/internal/price"
	"photogallery/release"
)

// Wanted holds the parameters of an environment's cost.
type Wanted struct {
	InstanceType string
	MinSize      int
	MaxSize      int
	Zones        int
	HoursADay    float64 // of service, on average, under the nightly teardown
	Mornings     float64 // releases a month that follow such a teardown
	Releases     float64 // of new content, a month
	TransferGB   float64 // to visitors, a month
	PhotosGB     float64
	Dashboard    bool // of the stack's option, with its alarms
	Observed     bool // whether the items' Now counts
}

// Zones is how many zones a stack is in.
const Zones = 2

// These quantities are assumed. None of them is a price.
const (
	diskGB        = 8    // of an instance: Amazon Linux 2023's own size
	imageGB       = 2    // of a snapshot: the data written to such a disk
	keptImages    = 2    // the serving image and the one for a rollback
	ownMetrics    = 7    // of an instance under detailed monitoring
	releaseAlarms = 8    // metrics in the alarms that a release makes
	stackAlarms   = 2    // metrics in the stack's own
	endAlarms     = 6    // metrics in those that go with its dashboard
	flowLogGB     = 0.05 // of a public address in a month: refused connections
	appLogGB      = 0.1  // of an instance in a month
	callSeconds   = 1    // of a function
	callGB        = 0.125
	callLogGB     = 2e-6 // of a function's call
	stateLogGB    = 1e-5 // of a transition, with its data
	tracesOfARun  = 4    // the execution, and the events about its builder
	storedLogGB   = 0.5
	tableGB       = 0.001
	readsPerGB    = 10_000 // photos and thumbnails, of 100 kB on average
	writesPerGB   = 500    // a photo and its thumbnail
)

// NightsAMonth counts the nightly teardowns of a month.
const NightsAMonth = price.HoursAMonth / 24.0

// Check returns an InvalidRequest that names every number that makes no sense, or nil. Plan checks
// the sizes of a release.
func (w Wanted) Check() error {
	var problems []error
	for _, given := range []struct {
		name        string
		value, most float64
	}{{"hours", w.HoursADay, 24}, {"releases", w.Releases, 1e5}, {"transfer", w.TransferGB, 1e6}, {"photos", w.PhotosGB, 1e6}} {
		if !(given.value >= 0 && given.value <= given.most) { // also refuses NaN
			problems = append(problems, release.Errorf(release.InvalidRequest, "%s: %g is not from 0 to %.0f; give a number that is", given.name, given.value, given.most))
		}
	}
	return release.Join(problems...)
}

// Planned lists the billed items of a wanted environment.
func Planned(w Wanted) []Item {
	fleet := Range{float64(w.MinSize), float64(w.MaxSize)}
	items := []Item{
		{Phase: Serving, Key: "load-balancer", Quantity: just(1)},
		{Phase: Serving, Key: "public-address", Quantity: just(float64(w.Zones)), Note: "the load balancer's, one a zone"},
		{Phase: Serving, Key: price.InstanceKey, Quantity: fleet, Note: "the fleet"},
		{Phase: Serving, Key: "disk", Quantity: fleet.times(diskGB), Note: fmt.Sprintf("%d GB an instance", diskGB)},
		{Phase: Serving, Key: "metric", Quantity: fleet.times(ownMetrics), Note: "detailed monitoring"},
		{Phase: Serving, Key: "alarm", Quantity: just(releaseAlarms), Note: "the release's"},
		{Phase: Serving, Key: "flow-log", Quantity: just(float64(w.Zones) * flowLogGB)},
		{Phase: Serving, Key: "log", Quantity: fleet.times(appLogGB), Note: "the instances'"},
		{Phase: Always, Key: "snapshot", Quantity: just(keptImages * imageGB)},
		{Phase: Always, Key: "alarm", Quantity: just(w.alarms()), Note: "the stack's"},
		{Phase: Always, Key: "object-storage", Quantity: just(w.PhotosGB)},
		{Phase: Always, Key: "log-storage", Quantity: just(storedLogGB)},
		{Phase: Always, Key: "table-storage", Quantity: just(tableGB)},
		{Phase: Traffic, Key: "traffic-out", Quantity: just(w.TransferGB)},
		{Phase: Traffic, Key: "load-balancer-capacity", Quantity: just(w.TransferGB), Note: "1 GB an hour each"},
		{Phase: Traffic, Key: "object-read", Quantity: just(w.TransferGB * readsPerGB)},
		{Phase: Traffic, Key: "object-write", Quantity: just(w.PhotosGB * writesPerGB)},
	}
	if w.Dashboard {
		items = append(items, Item{Phase: Always, Key: "dashboard", Quantity: just(1)})
	}
	return append(items, w.runs()...)
}

func (w Wanted) alarms() float64 {
	if w.Dashboard {
		return stackAlarms + endAlarms
	}
	return stackAlarms
}

// runs returns the releases and teardowns of a month, without the nightly teardown and with it.
func (w Wanted) runs() []Item {
	released := bakedRelease.times(w.Releases)
	nights := morningRelease.plus(nightlyTeardown).times(w.Mornings)
	return itemsOf(released, nights, Range{float64(w.MinSize), float64(w.MaxSize)})
}

// itemsOf returns the billed items of runs, and of more runs at night.
func itemsOf(released, nights run, fleet Range) []Item {
	line := func(key, note string, use func(run) Range) Item {
		return Item{Phase: Runs, Key: key, Note: note, Quantity: use(released), Nightly: use(released.plus(nights))}
	}
	flat := func(use func(run) float64) func(run) Range {
		return func(r run) Range { return just(use(r)) }
	}
	return []Item{
		line(price.InstanceKey, "builders, and instances beside the fleet while it is replaced", func(r run) Range {
			return just(r.Builder).plus(fleet.times(r.Beside))
		}),
		line("public-address", "the builders'", flat(func(r run) float64 { return r.Builder })),
		line("disk", "the builders'", flat(func(r run) float64 { return r.Builder * diskGB / price.HoursAMonth })),
		line("transition", "", flat(func(r run) float64 { return r.Transitions })),
		line("function-call", "", flat(func(r run) float64 { return r.Calls })),
		line("function-time", "", flat(func(r run) float64 { return r.Calls * callSeconds * callGB })),
		line("table-read", "", flat(func(r run) float64 { return r.Reads })),
		line("table-write", "", flat(func(r run) float64 { return r.Writes })),
		line("log", "the functions' and state machines'", flat(func(r run) float64 { return r.Calls*callLogGB + r.Transitions*stateLogGB })),
		line("metric", "how they ended", flat(func(r run) float64 { return r.Ends / price.HoursAMonth })),
		line("trace", "", flat(func(r run) float64 { return r.Ends * tracesOfARun })),
		line("schedule", "", flat(func(r run) float64 { return r.Starts })),
	}
}
