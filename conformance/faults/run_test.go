package faults

import (
	"testing"
	"testing/synctest"
	"time"

	"photogallery/release"
)

// outcome is the result of one run.
type outcome struct {
	end        string // succeeded, clean or dirty
	cause      string // of the failure
	injected   int    // how many injections happened
	violations []string
	virtual    time.Duration
	wall       time.Duration
	trace      *trace
}

// run runs a scenario in a new environment with the injections, and checks the invariants. The test
// only provides the bubble of virtual time.
func run(t *testing.T, s scenario, as variant, injections ...*injection) (result outcome) {
	t.Helper()
	wall := time.Now()
	as.sleepAfter, as.budget, as.lab = s.sleepAfter, s.budget, s.lab
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		env, err := newEnvironment(t.Context(), as)
		if err != nil {
			result.violations = []string{err.Error()}
			return
		}
		defer env.Close()
		env.play(s, injections)
		end, cause := env.outcome(s.main)
		result = outcome{end: end, cause: cause, violations: env.violations, virtual: time.Since(began), trace: env.trace}
		for _, one := range injections {
			if one.done {
				result.injected++
			}
		}
	})
	result.wall = time.Since(wall)
	return result
}

// play runs the scenario with its faults, then a release without faults, then a teardown.
func (env *environment) play(s scenario, injections []*injection) {
	s.before(env)
	if len(env.violations) > 0 {
		return
	}
	excused := excusesOf(s, injections)
	env.arm(injections...)
	env.breakMachinesFrom(s.subject, injections)
	s.during(env)
	env.settle()
	env.checkEnds(s, excused)
	env.checkLock()
	if !excused.unswept && !env.isTeardownStopped() {
		env.checkLeftovers("after the run", excused)
		env.checkServing("after the run", excused)
		env.checkSettings("after the run", excused)
		env.checkSizes("after the run", excused)
		env.checkSBOMs("after the run", excused)
	}
	env.checkCapacity(s, excused)
	env.checkHeld(excused)
	env.endFaults()
	env.playAgain(s, excused)
}

// excusesOf returns the excuses of all injections.
func excusesOf(s scenario, injections []*injection) (all excuse) {
	for _, one := range injections {
		f := one.fault
		all = all.and(f.excuse)
		all.unswept = all.unswept || f.losesEvent && one.at.step == release.ExecutionStatusEvent ||
			f.deniesReads && (one.at.step == "Undo" || one.at.step == "VerifyNothingLeft") && atLooks(one.at)
		all.serving = all.serving || f.machines != nil && !s.former // no other release can serve
		all.serving = all.serving || s.lab && f.name == noCapacity  // nothing can replace what the session's end has stopped
	}
	return all
}

func (env *environment) playAgain(s scenario, excused excuse) {
	trace := env.trace
	env.trace = newTrace()
	env.release("r9", s.again)
	env.settle()
	env.checkSucceeded("r9")
	env.checkLeftovers("after another release", excuse{})
	env.checkServing("after another release", excuse{})
	env.checkSettings("after another release", excuse{})
	env.checkSBOMs("after another release", excused)
	env.checkConfigured()
	env.checkSizes("after another release", excuse{})
	env.checkCapacity(s, excused)
	env.checkHeld(excused)
	env.teardown("t9", `{"images": "delete"}`)
	env.settle()
	env.checkSucceeded("t9")
	env.checkEmpty("after a teardown")
	env.checkLock()
	env.checkPast(s)
	env.trace = trace
}

func (e excuse) and(other excuse) excuse {
	return excuse{
		ends: e.ends || other.ends, unswept: e.unswept || other.unswept, capacity: e.capacity || other.capacity,
		serving: e.serving || other.serving, snapshots: e.snapshots || other.snapshots,
	}
}

// breakMachinesFrom gives the subject's machines the faults that are present from the start.
func (env *environment) breakMachinesFrom(subject string, injections []*injection) {
	for _, one := range injections {
		if one.fault.machines != nil {
			env.setBehavior(one.fault.machines(env, subject))
			one.done = true
		}
	}
}

// isTeardownStopped reports whether a fault has ended a teardown, which only the next run
// continues.
func (env *environment) isTeardownStopped() bool {
	for name := range env.stopped {
		if !isRelease(name) {
			return true
		}
	}
	return false
}

// outcome returns how the scenario's own execution ended. An aborted execution ends as its undo
// does.
func (env *environment) outcome(main string) (end, cause string) {
	if main == "" {
		return "succeeded", ""
	}
	last := env.awaitEnd(main)
	if last.Status == "ABORTED" || last.Status == "TIMED_OUT" {
		for _, run := range env.executions() {
			if *run.Name == "undo-"+main {
				if last = env.awaitEnd(*run.Name); last.Status == "SUCCEEDED" {
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
