package execution

import (
	"slices"
	"strings"
	"testing"

	"photogallery/statemachine"
)

func TestStatesAheadAreOnEveryPath(t *testing.T) {
	release, teardown := statemachine.Of("photogallery-main-release"), statemachine.Of("photogallery-main-teardown")
	bake := release.States["Prepare"].Branches[0]
	for name, test := range map[string]struct {
		in   statemachine.Definition
		from string
		want string
	}{
		"from the start":                    {release, "Plan", "Lock Prepare EnsureTemplate FindGroup EnsureScaling ScheduleTeardown Promote Retire Unlock"},
		"once it is a first release":        {release, "CreateGroup", "CheckFleet Verify EnsureScaling ScheduleTeardown Promote Retire Unlock"},
		"from a state that waits":           {release, "WaitForRefresh", "CheckRefresh EnsureScaling ScheduleTeardown Promote Retire Unlock"},
		"from a failure":                    {release, "Failed", "Undo UnlockFailed"},
		"an image may be there already":     {bake, "FindImage", ""},
		"once it bakes":                     {bake, "LaunchBuilder", "AwaitBuild CreateImage CheckImage TerminateBuilder"},
		"a dry run is taken for a full one": {teardown, "PlanTeardown", "Lock ConfirmTeardown Unlock"},
		"until it turns out to be dry":      {teardown, "ListResources", ""},
		"once the teardown sweeps":          {teardown, "SweepSchedules", "SweepRefresh SweepAlias SweepGroup SweepLoadBalancer SweepAlarms SweepTemplate SweepImages SweepBuilders VerifyNothingLeft Unlock"},
		"nothing after the end":             {release, "Succeeded", ""},
		"nothing of what is not our own":    {statemachine.Of("another"), "Plan", ""},
		"nothing of a state that is no one": {release, "Nowhere", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if got := strings.Join(certain(test.in, test.from), " "); got != test.want {
				t.Errorf("from %s the way has %q, want %q", test.from, got, test.want)
			}
		})
	}
}

func TestStateIsFoundInABranch(t *testing.T) {
	release := statemachine.Of("photogallery-main-release")
	if s := release.Find("AwaitBuild"); s == nil || s.Next != "CreateImage" {
		t.Errorf("AwaitBuild is %+v", s)
	}
	if next := next(release, "WaitForImage"); next != "CheckImage" {
		t.Errorf("WaitForImage waits for %q", next)
	}
	if next := next(release, "ImageReady"); next != "" {
		t.Errorf("a Choice leads to %q", next)
	}
	if at := slices.Index(release.States["ImageFound"].Successors(), "Baked"); at >= 0 {
		t.Error("a state of a branch stands at the top")
	}
}
