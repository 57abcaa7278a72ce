package cost

// run counts what one execution uses. The counts are those of the shipped state machines and steps
// in virtual time, rounded up; a test checks them. If AWS takes longer there are more polls.
type run struct {
	Transitions float64
	Calls       float64 // of functions
	Reads       float64 // of the table, in request units
	Writes      float64
	Builder     float64 // hours
	Beside      float64 // instance-hours beside the fleet, per instance of it
	Starts      float64 // started by a schedule
	Ends        float64 // of alarms; each counts a metric for an hour
}

var (
	// bakedRelease replaces a running fleet by a second one of a new image.
	bakedRelease = run{Transitions: 170, Calls: 90, Reads: 50, Writes: 30, Builder: 0.1, Beside: 0.1, Ends: 1}
	// morningRelease makes everything from a kept image.
	morningRelease  = run{Transitions: 95, Calls: 40, Reads: 15, Writes: 5, Starts: 1, Ends: 1}
	nightlyTeardown = run{Transitions: 90, Calls: 38, Reads: 38, Writes: 6, Starts: 1, Ends: 1}
)

func (r run) times(n float64) run {
	return run{
		Transitions: r.Transitions * n, Calls: r.Calls * n, Reads: r.Reads * n, Writes: r.Writes * n,
		Builder: r.Builder * n, Beside: r.Beside * n, Starts: r.Starts * n, Ends: r.Ends * n,
	}
}

func (r run) plus(o run) run {
	return run{
		Transitions: r.Transitions + o.Transitions, Calls: r.Calls + o.Calls, Reads: r.Reads + o.Reads, Writes: r.Writes + o.Writes,
		Builder: r.Builder + o.Builder, Beside: r.Beside + o.Beside, Starts: r.Starts + o.Starts, Ends: r.Ends + o.Ends,
	}
}
