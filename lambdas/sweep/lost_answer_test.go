package sweep_test

import (
	"testing"
	"time"

	"photogallery/release"
)

// A step that dies after a call, and the retry that follows, must find what the call made.
func TestStepsRunAgainWhenAnswersAreLost(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.LoseAnswers()
		former := e.serve("r1")
		e.wantOnly(serving)

		m := e.roll("r2")
		e.awaitRefresh("r2", m, "Baking")
		e.undo("r2")
		time.Sleep(time.Hour)
		e.wantServing(former.template.Version)
		e.wantOnly(serving)

		e.tearDown(wholeEnvironment)
		e.wantOnly(nil)

		e.scale("r3", e.first("r3"))
		e.undo("r3")
		e.wantOnly(nil)
		if recorded := e.recorded(); recorded.Serving {
			t.Errorf("recorded is %+v", recorded)
		}
		e.listed(release.Teardown{Scope: release.ScopeRelease, Undo: "r3"})
	})
}
