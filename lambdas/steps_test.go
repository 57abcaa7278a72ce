package lambdas_test

import (
	"strings"
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

// A permission on everything needs a good reason, and only for what reads.
func TestOperationsOnEverythingHaveAReason(t *testing.T) {
	for _, s := range lambdas.Steps() {
		for _, operation := range s.Operations {
			if isAny := operation.Scope == step.Any; isAny != (operation.Reason != "") {
				t.Errorf("%s: %s has the scope %s and the reason %q", s.Name, operation.Name, operation.Scope, operation.Reason)
			}
			_, action, _ := strings.Cut(operation.Name, ":")
			reads := strings.HasPrefix(action, "Describe") || strings.HasPrefix(action, "List") || strings.HasPrefix(action, "Get")
			if operation.Scope == step.Any && !reads {
				t.Errorf("%s: %s changes anything of the account", s.Name, operation.Name)
			}
		}
	}
}

// StopExecution ends no function that runs already: what takes the lock over any sooner would sweep
// beside it, and miss what it makes last.
func TestLockIsTakenOverAfterEveryStepOfItsHolderEnded(t *testing.T) {
	settle := step.DefaultTimings().Settle
	for _, s := range lambdas.Steps() {
		if s.Timeout >= settle {
			t.Errorf("%s may run for %v; the lock of a stopped execution is taken over after %v", s.Name, s.Timeout, settle)
		}
	}
}
