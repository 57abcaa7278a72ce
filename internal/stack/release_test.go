package stack

import (
	"testing"
	"testing/synctest"

	"photogallery/internal/localcloud/machine"
)

func TestTheShippedStepsReleaseAndTearDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := New(Options{Environment: "main", Kind: machine.NewSimulated(nil)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(s.Close)
		for _, run := range []struct {
			name  string
			start func() (string, error)
		}{
			{"release", func() (string, error) { return s.StartRelease(t.Context(), "r1", "{}") }},
			{"teardown", func() (string, error) { return s.StartTeardown(t.Context(), "t1", `{"images":"delete"}`) }},
		} {
			execution, err := run.start()
			if err != nil {
				t.Fatal(err)
			}
			end, err := s.Await(t.Context(), execution)
			if err != nil {
				t.Fatal(err)
			}
			if end.Status != "SUCCEEDED" {
				t.Fatalf("the %s ended %s %s: %s\nby way of %v", run.name, end.Status, end.Error, end.Cause, s.Path(execution))
			}
		}
	})
}
