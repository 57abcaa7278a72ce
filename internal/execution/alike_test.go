package execution_test

import (
	"encoding/json"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"photogallery/internal/execution"
	machines "photogallery/internal/localcloud/machine"
	"photogallery/internal/stack"
	"photogallery/release"
)

func TestLastReleaseThatDidTheSameIsFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := stack.New(stack.Options{Environment: "main", Kind: machines.NewSimulated(nil), Random: func() float64 { return 0.5 }})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		runs := func(name, input string) string {
			arn, err := s.StartRelease(t.Context(), name, input)
			if err != nil {
				t.Fatal(err)
			}
			end, err := s.Await(t.Context(), arn)
			if err != nil || end.Status != "SUCCEEDED" {
				t.Fatalf("%s ended %s: %s, %v", name, end.Status, end.Cause, err)
			}
			return end.Output
		}
		alike := func(name, fields, want string) {
			t.Helper()
			var answer release.DryRun
			if err := json.Unmarshal([]byte(runs(name, `{"dryRun": true`+fields+`}`)), &answer); err != nil {
				t.Fatal(err)
			}
			found, took, err := execution.Alike(t.Context(), s.SFN, s.Settings.ReleaseMachine, answer.Plan)
			if err != nil || found != want || (took > time.Minute) != (want != "") {
				t.Errorf("%s did the same as %s: %q in %v, %v; want %q", fields, name, found, took, err, want)
			}
		}
		alike("dry-run-1", ``, "")
		runs("r1", `{}`)
		runs("r2", `{"rebake": true}`)
		runs("foretold", `{"dryRun": true}`)
		alike("dry-run-2", `, "rebake": true`, "r2")
		alike("dry-run-3", ``, "")
		runs("r3", `{}`)
		alike("dry-run-4", ``, "r3")
		for i := range 11 { // they have nothing to do, and hide no release
			runs(fmt.Sprintf("rebake-%d", i), release.RebakeRequest)
		}
		alike("dry-run-8", ``, "r3")
		alike("dry-run-5", `, "bakeTime": "1h"`, "")
		alike("dry-run-6", `, "approval": true`, "")
		alike("dry-run-7", `, "strategy": "rolling"`, "")
		former, history, err := execution.Former(t.Context(), s.SFN, release.ExecutionOf(s.Settings.ReleaseMachine, "r4"), time.Now().Add(time.Hour))
		if err != nil || former != "r3" || history.Output == "" {
			t.Errorf("the last release is %q, %v", former, err)
		}
	})
}
