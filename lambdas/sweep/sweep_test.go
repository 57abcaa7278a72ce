package sweep_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/stack/steptest"
	"photogallery/lambdas/sweep"
	"photogallery/release"
)

func TestTeardownOrder(t *testing.T) {
	want := []string{"schedules", "refresh", "alias", "group", "load-balancer", "alarms", "template", "images", "builders"}
	var got []string
	for _, stage := range sweep.Order {
		got = append(got, stage.Name)
	}
	if !slices.Equal(got, want) {
		t.Errorf("the order is %v, want %v", got, want)
	}
}

func TestTeardownRemovesEverythingAndIsIdempotent(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.serve("r1")
		e.launchBuilder("stray")
		for range 2 {
			e.tearDown(wholeEnvironment)
			e.wantOnly(nil)
			run[sweep.Leftovers](e, sweep.VerifyNothingLeft, sweep.ListInput{Plan: wholeEnvironment})
		}
		if recorded := e.recorded(); recorded.Serving || recorded.Image != "" || recorded.TemplateVersion != "" || recorded.Release != "r1" {
			t.Errorf("recorded is %+v", recorded)
		}
	})
}

func TestTeardownDuringARefresh(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.serve("r1")
		e.roll("r2")
		time.Sleep(time.Minute)
		e.tearDown(wholeEnvironment)
		e.wantOnly(nil)
	})
}

// The SDK repeats a call whose answer was lost, and a group that is pending delete refuses, as does one
// that is gone by then.
func TestTeardownToleratesAGroupThatIsBeingDeleted(t *testing.T) {
	for refusal, after := range map[string]time.Duration{
		"The AutoScaling group may not be modified while it is pending delete": 0,
		"AutoScalingGroup name not found":                                      20 * time.Minute,
	} {
		t.Run(refusal, func(t *testing.T) {
			inEnvironment(t, func(e environment) {
				e.serve("r1")
				e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
					answer, err := next()
					if call.Operation.Name == "DeleteAutoScalingGroup" && err == nil {
						time.Sleep(after)
						return nil, fabric.Errorf("ValidationError", "%s", refusal)
					}
					return answer, err
				})
				e.tearDown(wholeEnvironment)
				e.wantOnly(nil)
			})
		})
	}
}

func TestKeepLatestKeepsTheImageThatServed(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.serve("r1")
		m := e.roll("r2")
		e.awaitRefresh("r2", m, "Successful")
		e.finish("r2", m)
		keep := release.Teardown{Scope: release.ScopeEnvironment, Images: release.KeepLatestImage}
		e.tearDown(keep)
		e.wantOnly(map[string]int{"image": 1, "snapshot": 1})
		run[sweep.Leftovers](e, sweep.VerifyNothingLeft, sweep.ListInput{Plan: keep})
		if recorded := e.recorded(); recorded.Image != m.image || recorded.FormerImage != "" {
			t.Errorf("recorded is %+v, want image %s alone", recorded, m.image)
		}
	})
}

func TestDryRunListsAndDeletesNothing(t *testing.T) {
	inEnvironment(t, func(e environment) {
		m := e.serve("r1")
		before := e.recorded()
		listed := e.listed(release.Teardown{Scope: release.ScopeEnvironment, Images: release.KeepLatestImage, DryRun: true})
		for _, resource := range listed {
			if resource.Kind == "image" || resource.Kind == "snapshot" {
				t.Errorf("%s would be kept, but is listed", resource)
			}
		}
		if kept := e.kept(release.Teardown{Scope: release.ScopeEnvironment, Images: release.KeepLatestImage, DryRun: true}); len(kept) != 2 || kept[0].ID != m.image {
			t.Errorf("%v are kept, want image %s with its snapshot", kept, m.image)
		}
		if kept := e.kept(release.Teardown{Scope: release.ScopeEnvironment, Images: release.DeleteImages, DryRun: true}); len(kept) != 0 {
			t.Errorf("%v are kept of images that are to be deleted", kept)
		}
		builder := e.launchBuilder("r2")
		ofRelease := e.listed(release.Teardown{Scope: release.ScopeRelease, Undo: "r2", DryRun: true})
		if len(ofRelease) != 1 || ofRelease[0].ID != builder {
			t.Errorf("an undo of r2 lists %v", ofRelease)
		}
		e.wantServing(m.template.Version)
		if after := e.recorded(); !cmp.Equal(after, before) {
			t.Errorf("recorded was %+v, is %+v", before, after)
		}
	})
}

func TestLeftoversAreNamed(t *testing.T) {
	inEnvironment(t, func(e environment) {
		builder := e.launchBuilder("r1")
		message := e.WantCode(release.LeftBehind, sweep.VerifyNothingLeft, sweep.ListInput{Plan: wholeEnvironment})
		if !strings.Contains(message, builder) {
			t.Errorf("%q does not name %s", message, builder)
		}
	})
}

func TestSnapshotWithoutImageIsSwept(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.bake("r1")
		e.Cloud.Fabric.Do(func() { e.Cloud.EC2.SetSnapshotDeletion(false) })
		in := sweep.Input{Plan: wholeEnvironment, Stage: "images", Deadline: time.Now().Add(time.Hour)}
		run[sweep.Progress](e, sweep.Sweep, in)
		e.wantOnly(nil)
	})
}

func TestAnotherEnvironmentsResourcesStay(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.serve("r1")
		other := *e.Stack
		other.Settings.Environment = "mai"
		environment{steptest.Environment{T: e.T, Stack: &other}}.tearDown(wholeEnvironment)
		e.wantOnly(serving)
	})
}

func TestSweepRefusesAnUnknownStage(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.WantCode(release.Unexpected, sweep.Sweep, sweep.Input{Plan: wholeEnvironment, Stage: "photos"})
	})
}
