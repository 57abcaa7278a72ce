package lambdas_test

import (
	"testing"
	"time"

	"photogallery/lambdas"
	"photogallery/lambdas/step"
)

func TestEveryStepIsThereOnceAndBounded(t *testing.T) {
	seen := map[string]bool{}
	for _, s := range lambdas.Steps() {
		if seen[s.Name] || s.Name == "" {
			t.Errorf("the name %q is there twice, or empty", s.Name)
		}
		seen[s.Name] = true
		if s.Timeout <= 0 || s.Timeout > 15*time.Minute || s.MemoryMB < 128 {
			t.Errorf("%s has time-out %s and %d MB", s.Name, s.Timeout, s.MemoryMB)
		}
	}
}

// StopExecution ends no function that runs already: what takes the lock over any sooner would sweep
// beside it, and miss what it makes last.
func TestALockIsTakenOverWhenNoStepOfItsHolderCanStillRun(t *testing.T) {
	settle := step.DefaultTimings().Settle
	for _, s := range lambdas.Steps() {
		if s.Timeout >= settle {
			t.Errorf("%s may run for %v; the lock of a stopped execution is taken over after %v", s.Name, s.Timeout, settle)
		}
	}
}
