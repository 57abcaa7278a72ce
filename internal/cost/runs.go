package cost

// run counts what one execution uses. The counts are those of the shipped state machines and steps
// in virtual time, rounded up; a test checks them. If AWS takes longer there are more polls.
type run struct {
	transitions float64
	calls       float64 // of functions
	reads       float64 // of the table, in request units
	writes      float64
	builder     float64 // hours
	beside      float64 // instance-hours beside the fleet, per instance of it
	starts      float64 // started by a schedule
	ends        float64 // of alarms; each counts a metric for an hour
}

var (
	// bakedRelease replaces a running fleet by a second one of a new image.
	bakedRelease = run{transitions: 170, calls: 90, reads: 50, writes: 30, builder: 0.1, beside: 0.1, ends: 1}
	// morningRelease makes everything from a kept image.
	morningRelease  = run{transitions: 95, calls: 40, reads: 15, writes: 5, starts: 1, ends: 1}
	nightlyTeardown = run{transitions: 90, calls: 38, reads: 38, writes: 6, starts: 1, ends: 1}
)

func (r run) times(n float64) run {
	return run{
		transitions: r.transitions * n, calls: r.calls * n, reads: r.reads * n, writes: r.writes * n,
		builder: r.builder * n, beside: r.beside * n, starts: r.starts * n, ends: r.ends * n,
	}
}

func (r run) plus(o run) run {
	return run{
		transitions: r.transitions + o.transitions, calls: r.calls + o.calls, reads: r.reads + o.reads, writes: r.writes + o.writes,
		builder: r.builder + o.builder, beside: r.beside + o.beside, starts: r.starts + o.starts, ends: r.ends + o.ends,
	}
}
