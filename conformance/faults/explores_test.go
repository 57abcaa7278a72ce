package faults

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"photogallery/release"
)

// outcome is what one run has come to.
type outcome struct {
	end        string // succeeded, clean or dirty
	cause      string // of the failure
	struck     int    // how many of the strikes have happened
	violations []string
	virtual    time.Duration
	wall       time.Duration
	trail      *trail
}

// run runs a scenario in an environment of its own, with faults striking, and looks at what must
// hold. The test that is given only lends its bubble of virtual time.
func run(t *testing.T, s scenario, as variant, strikes ...*strike) (result outcome) {
	t.Helper()
	wall := time.Now()
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		w, err := newWorld(t.Context(), as)
		if err != nil {
			result.violations = []string{err.Error()}
			return
		}
		defer w.Close()
		w.play(s, strikes)
		end, cause := w.outcome(s.main)
		result = outcome{end: end, cause: cause, violations: w.violations, virtual: time.Since(began), trail: w.trail}
		for _, one := range strikes {
			if one.done {
				result.struck++
			}
		}
	})
	result.wall = time.Since(wall)
	return result
}

// play is the scenario with its faults, then the same without them, then a teardown.
func (w *world) play(s scenario, strikes []*strike) {
	s.before(w)
	if len(w.violations) > 0 {
		return
	}
	excused := excuses(s, strikes)
	w.arm(strikes...)
	w.breakMachinesFrom(s.subject, strikes)
	s.during(w)
	w.settle()
	w.checkEnds(s, excused)
	w.checkLock()
	if !excused.unswept && !w.teardownStopped() {
		w.checkLeft("after the run", excused)
		w.checkServing("after the run", excused)
	}
	w.checkCapacity(s, excused)
	w.lift()
	w.playAgain(s, excused)
}

// excuses are those of all strikes.
func excuses(s scenario, strikes []*strike) (all excuse) {
	for _, one := range strikes {
		f := one.fault
		all = all.and(f.excuse)
		all.unswept = all.unswept || f.loses && one.at.step == release.ExecutionStatusEvent ||
			f.blinds && (one.at.step == "Undo" || one.at.step == "VerifyNothingLeft") && atLooks(one.at)
		all.serving = all.serving || f.machines != nil && !s.former // nothing else is there to serve
	}
	return all
}

func (w *world) playAgain(s scenario, excused excuse) {
	trail := w.trail
	w.trail = newTrail()
	w.release("r9", s.again)
	w.settle()
	w.checkSucceeded("r9")
	w.checkLeft("after another release", excuse{})
	w.checkServing("after another release", excuse{})
	w.checkCapacity(s, excused)
	w.teardown("t9", `{"images": "delete"}`)
	w.settle()
	w.checkSucceeded("t9")
	w.checkNothing("after a teardown")
	w.checkLock()
	w.trail = trail
}

func (e excuse) and(other excuse) excuse {
	return excuse{
		ends: e.ends || other.ends, unswept: e.unswept || other.unswept, capacity: e.capacity || other.capacity,
		serving: e.serving || other.serving, snapshots: e.snapshots || other.snapshots,
	}
}

// breakMachinesFrom lets the subject's machines have the faults that are theirs from the start.
func (w *world) breakMachinesFrom(subject string, strikes []*strike) {
	for _, one := range strikes {
		if one.fault.machines != nil {
			w.behaves(one.fault.machines(w, subject))
			one.done = true
		}
	}
}

// teardownStopped reports whether a fault has ended a teardown: nobody goes on with it but the next run.
func (w *world) teardownStopped() bool {
	for name := range w.stopped {
		if !strings.HasPrefix(name, "r") {
			return true
		}
	}
	return false
}

// outcome is how the scenario's own execution ended; one that was aborted ends as its undo does.
func (w *world) outcome(main string) (end, cause string) {
	if main == "" {
		return "succeeded", ""
	}
	last := w.end(main)
	if last.Status == "ABORTED" || last.Status == "TIMED_OUT" {
		for _, run := range w.runs() {
			if *run.Name == "undo-"+main {
				if last = w.end(*run.Name); last.Status == "SUCCEEDED" {
					return "clean", last.Cause
				}
			}
		}
	}
	switch {
	case last.Status == "SUCCEEDED":
		return "succeeded", ""
	case last.Error == string(release.FailedDirty):
		return "dirty", last.Cause
	}
	return "clean", last.Cause
}
