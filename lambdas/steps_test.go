package lambdas_test

import (
	"testing"
	"time"

	"photogallery/lambdas"
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
