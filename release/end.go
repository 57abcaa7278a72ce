package release

import "slices"

// End is the error of a state machine's Fail state. Any other error of an execution, or another
// status than FAILED, means that nothing has undone the run yet.
type End string

// The ends.
const (
	FailedClean End = "FailedClean" // undone; nothing of the run is left
	FailedDirty End = "FailedDirty" // undone as far as possible; the cause names what is left
	Busy        End = "Busy"        // another execution holds the lock; nothing was touched
)

// The ends of a history's entries that no Fail state has.
const (
	Succeeded End = "Succeeded"
	Aborted   End = "Aborted"  // stopped; a teardown of its own undoes it
	TimedOut  End = "TimedOut" // out of time; likewise
	Broken    End = "Broken"   // failed outside of a state, or forgotten; likewise
)

// Ends lists the ends of Fail states.
func Ends() []End { return []End{FailedClean, FailedDirty, Busy} }

// IsEnd reports whether the error of an execution is an End.
func IsEnd(err string) bool { return slices.Contains(Ends(), End(err)) }

// Meaning describes the result of an end in a few words.
func (e End) Meaning() string {
	return map[End]string{
		FailedClean: "nothing of it is left",
		FailedDirty: "the cause names what is left",
		Busy:        "nothing was touched",
	}[e]
}
