package sweep_test

import (
	"context"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"github.com/google/go-cmp/cmp"

	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/records"
	"photogallery/lambdas/scaling"
	"photogallery/lambdas/step"
	"photogallery/lambdas/sweep"
	"photogallery/release"
)

func baseImageParameter(settings step.Settings) *ssm.GetParameterInput {
	return &ssm.GetParameterInput{Name: aws.String(settings.BaseImageParameter)}
}

// serving is what one release leaves at the end.
var serving = map[string]int{
	"schedule": 1, "Auto Scaling group": 1, "load balancer": 1, "network interface": 2, "alarm": 6,
	"launch template": 1, "image": 1, "snapshot": 1, "instance": 2,
}

// wantServing fails unless the group runs the version, on all instances, and nothing else.
func (e environment) wantServing(version string) {
	e.Helper()
	group, err := fleet.Group(e.Context(), e.Clients.AutoScaling, e.Settings.Environment.Name())
	if err != nil || group == nil {
		e.Fatal(group, err)
	}
	if got := fleet.VersionOf(group.LaunchTemplate); got != version {
		e.Errorf("the group launches version %s, want %s", got, version)
	}
	for _, instance := range group.Instances {
		if got := fleet.VersionOf(instance.LaunchTemplate); got != version {
			e.Errorf("instance %s runs version %s, want %s", aws.ToString(instance.InstanceId), got, version)
		}
	}
	if n := len(fleet.InService(group)); n < 2 {
		e.Errorf("%d instances are in service", n)
	}
}

func (e environment) versions() (numbers []string) {
	e.Helper()
	versions, err := inventory.Versions(e.Context(), e.Clients.EC2, e.Settings.Environment)
	if err != nil {
		e.Fatal(err)
	}
	for _, version := range versions {
		numbers = append(numbers, inventory.Number(version))
	}
	slices.Sort(numbers)
	return numbers
}

func TestUndoOfAFirstReleaseLeavesNothing(t *testing.T) {
	for name, until := range map[string]func(e environment){
		"before anything":        func(environment) {},
		"while it builds":        func(e environment) { e.launchBuilder("r1") },
		"with an image":          func(e environment) { e.bake("r1") },
		"with a young entrance":  func(e environment) { e.bake("r1"); e.entrance("r1") },
		"with a group coming up": func(e environment) { e.first("r1") },
		"with a group that runs": func(e environment) { e.first("r1"); time.Sleep(10 * time.Minute) },
		"with its scaling":       func(e environment) { e.scale("r1", e.first("r1")) },
	} {
		t.Run(name, func(t *testing.T) {
			inEnvironment(t, func(e environment) {
				until(e)
				e.undo("r1")
				e.wantOnly(nil)
				e.undo("r1")
				if recorded := e.recorded(); !cmp.Equal(recorded, release.Current{}) {
					t.Errorf("recorded is %+v", recorded)
				}
			})
		})
	}
}

func TestUndoBringsTheFormerReleaseBack(t *testing.T) {
	for name, until := range map[string]func(e environment){
		"while it builds":         func(e environment) { e.launchBuilder("r2") },
		"with a template version": func(e environment) { e.template("r2", e.bake("r2")) },
		"before the refresh runs": func(e environment) { e.roll("r2") },
		"in mid-refresh": func(e environment) {
			m := e.roll("r2")
			time.Sleep(2 * time.Minute)
			e.awaitRefresh("r2", m, "InProgress")
		},
		"in the bake time":  func(e environment) { e.awaitRefresh("r2", e.roll("r2"), "Baking") },
		"after the refresh": func(e environment) { e.awaitRefresh("r2", e.roll("r2"), "Successful") },
		"with its scaling": func(e environment) {
			m := e.roll("r2")
			e.awaitRefresh("r2", m, "Successful")
			bigger := plan("r2")
			bigger.MinSize, bigger.MaxSize = 3, 7
			run[struct{}](e, scaling.EnsureScaling, scaling.EnsureScalingInput{Call: call("r2"), Plan: bigger, LoadBalancer: m.entrance.ARN})
			time.Sleep(10 * time.Minute)
			e.scale("r2", m)
		},
		"with a version that never gets well": func(e environment) { e.roll("sick-r2"); time.Sleep(3 * time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			inEnvironment(t, func(e environment) {
				former := e.serve("r1")
				before := e.recorded()
				until(e)
				e.undo("r2", "sick-r2")
				e.wantServing(former.template.Version)
				if got := e.versions(); !slices.Equal(got, []string{former.template.Version}) {
					t.Errorf("the template has versions %v", got)
				}
				if after := e.recorded(); !cmp.Equal(after, before) {
					t.Errorf("recorded was %+v, is %+v", before, after)
				}
				e.verify("r1", former)
				e.wantServingCount()
			})
		})
	}
}

// wantServingCount fails unless exactly what the serving release needs is there; instances that
// scaling added meanwhile, or that are on their way out, are let be.
func (e environment) wantServingCount() {
	e.Helper()
	time.Sleep(30 * time.Minute)
	e.wantOnly(serving)
}

func TestUndoGivesTheGroupItsBoundsBack(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.serve("r1")
		m := e.roll("r2")
		e.awaitRefresh("r2", m, "Successful")
		bigger := plan("r2")
		bigger.MinSize, bigger.MaxSize = 3, 7
		run[struct{}](e, scaling.EnsureScaling, scaling.EnsureScalingInput{Call: call("r2"), Plan: bigger, LoadBalancer: m.entrance.ARN})
		e.undo("r2")
		group, err := fleet.Group(e.Context(), e.Clients.AutoScaling, e.Settings.Environment.Name())
		if err != nil || *group.MinSize != 2 || *group.MaxSize != 5 {
			t.Errorf("%v, bounds %d and %d; want 2 and 5", err, *group.MinSize, *group.MaxSize)
		}
	})
}

func TestUndoKeepsTheNewReleaseUntilTheGroupIsBack(t *testing.T) {
	inEnvironment(t, func(e environment) {
		former := e.serve("r1")
		e.awaitRefresh("r2", e.roll("r2"), "Successful")
		sawRefresh := false
		e.undoing([]string{"r2"}, func() {
			now := e.count()
			if now["instance refresh"] == 1 && (now["image"] != 2 || len(e.versions()) != 2) {
				t.Errorf("while the group goes back there are %v and versions %v", now, e.versions())
			}
			sawRefresh = sawRefresh || now["instance refresh"] == 1
		})
		if !sawRefresh {
			t.Error("the group did not go back by a refresh")
		}
		e.wantServing(former.template.Version)
	})
}

func TestUndoOfAReleaseThatServesTakesOnlyItsBuilders(t *testing.T) {
	inEnvironment(t, func(e environment) {
		m := e.serve("r1")
		e.launchBuilder("r1")
		e.undo("r1")
		e.wantOnly(serving)
		e.wantServing(m.template.Version)
	})
}

func TestLateUndoKeepsWhatARollbackNeeds(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.serve("r1")
		m := e.roll("r2")
		e.awaitRefresh("r2", m, "Successful")
		e.verify("r2", m)
		e.finish("r2", m)
		e.undo("r1")
		recorded := e.recorded()
		want := maps.Clone(serving)
		want["image"], want["snapshot"] = 2, 2
		e.wantOnly(want)
		if got := e.versions(); !slices.Equal(got, []string{recorded.FormerTemplate, recorded.TemplateVersion}) {
			t.Errorf("versions %v, recorded %+v", got, recorded)
		}
	})
}

func TestUndoAfterATeardownKeepsTheImageThatThatKept(t *testing.T) {
	inEnvironment(t, func(e environment) {
		former := e.serve("r1")
		e.tearDown(release.Teardown{Scope: release.ScopeEnvironment, Images: release.KeepLatestImage})
		e.first("r2")
		e.undo("r2")
		e.wantOnly(map[string]int{"image": 1, "snapshot": 1})
		if recorded := e.recorded(); recorded.Serving || recorded.Image != former.image {
			t.Errorf("recorded is %+v, want image %s", recorded, former.image)
		}
	})
}

func TestStarInAReleaseNameMatchesNoOther(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.serve("r1")
		e.launchBuilder("r2")
		e.undo("*")
		if n := e.count()["instance"]; n != 3 {
			t.Errorf("%d instances are left of 3", n)
		}
	})
}

func TestUndoFindsABuilderThatIsNotListedYet(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.Cloud.Fabric.Do(func() { e.Cloud.EC2.SetLag(5 * time.Second) })
		e.launchBuilder("r1")
		e.undo("r1")
		time.Sleep(time.Minute)
		e.wantOnly(nil)
	})
}

func TestUndoThatIsNotDoneAtItsDeadlineIsStuck(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.serve("r1")
		e.launchBuilder("r2")
		past := time.Now().Add(-time.Second).UTC()
		in := map[string]any{"execution": "arn:undo", "releases": []string{"r2"}, "deadline": past}
		if message := e.WantCode(release.SweepStuck, sweep.Undo, in); !strings.Contains(message, "instance i-") {
			t.Errorf("%q names no instance", message)
		}
	})
}

func TestUndoFindsARefreshThatCannotBeRolledBack(t *testing.T) {
	inEnvironment(t, func(e environment) {
		former := e.serve("r1")
		m := e.roll("r2")
		time.Sleep(2 * time.Minute)
		_, err := e.Clients.AutoScaling.CancelInstanceRefresh(e.Context(), &autoscaling.CancelInstanceRefreshInput{AutoScalingGroupName: aws.String("photogallery-main")})
		if err != nil {
			t.Fatal(err)
		}
		e.WantCode(release.RefreshFailed, fleet.CheckRefresh, fleet.CheckRefreshInput{Plan: plan("r2"), Refresh: m.refresh.Refresh, Deadline: m.refresh.Deadline})
		e.undo("r2")
		e.wantServing(former.template.Version)
	})
}

// A teardown records that nothing serves before it deletes the group. If it breaks off there, the
// next release finds a running group, and its undo has nothing to go back to.
func TestUndoAfterATeardownThatBrokeOff(t *testing.T) {
	inEnvironment(t, func(e environment) {
		former := e.serve("r1")
		recorded := e.recorded()
		recorded.Serving = false
		if err := records.WriteCurrent(e.Context(), e.Clients.DynamoDB, e.Settings.Table, recorded); err != nil {
			t.Fatal(err)
		}
		e.roll("r2")
		time.Sleep(time.Minute)
		e.undo("r2")
		e.wantOnly(map[string]int{"image": 1, "snapshot": 1})
		if got := e.recorded(); got.Image != former.image || got.TemplateVersion != "" {
			t.Errorf("recorded is %+v", got)
		}
	})
}

func TestUndoPreviewNamesItsLeftovers(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.serve("r1")
		undone := sweep.ListInput{Plan: release.Teardown{Scope: release.ScopeRelease, Undo: "r2"}}
		run[sweep.Leftovers](e, sweep.VerifyNothingLeft, undone)
		m := e.roll("r2")
		e.awaitRefresh("r2", m, "Successful")
		message := e.WantCode(release.LeftBehind, sweep.VerifyNothingLeft, undone)
		for _, want := range []string{"on launch template version 2 instead of 1", m.image, "launch template version 2 (r2)"} {
			if !strings.Contains(message, want) {
				t.Errorf("%q does not name %s", message, want)
			}
		}
	})
}

func TestThirdReleaseRetiresTheFirst(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.serve("r1")
		e.Cloud.Fabric.Do(func() { e.Cloud.EC2.SetSnapshotDeletion(false) })
		var kept []string
		for _, name := range []string{"r2", "r3"} {
			m := e.roll(name)
			e.awaitRefresh(name, m, "Successful")
			e.finish(name, m)
			kept = append(kept, m.image)
		}
		time.Sleep(time.Hour)
		want := maps.Clone(serving)
		want["image"], want["snapshot"] = 2, 2
		e.wantOnly(want)
		if got := e.recorded(); got.FormerImage != kept[0] || got.Image != kept[1] {
			t.Errorf("recorded is %+v, kept are %v", got, kept)
		}
		if got := e.versions(); !slices.Equal(got, []string{"2", "3"}) {
			t.Errorf("versions %v", got)
		}
	})
}

// refuse denies the operations until lift is called.
func (e environment) refuse(operations ...string) (lift func()) {
	refusing := true
	e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
		if refusing && slices.Contains(operations, call.Operation.Name) {
			return nil, fabric.Errorf("UnauthorizedOperation", "%s is not allowed", call.Operation)
		}
		return next()
	})
	return func() { refusing = false }
}

func TestDeniedRemovalDoesNotStopTheUndo(t *testing.T) {
	t.Run("a first release", func(t *testing.T) {
		inEnvironment(t, func(e environment) {
			e.scale("r1", e.first("r1"))
			e.launchBuilder("r1")
			lift := e.refuse("DeregisterImage", "DeleteSnapshot", "DeleteAlarms")
			message := e.undoFails("r1")
			e.wantOnly(map[string]int{"alarm": 6, "image": 1, "snapshot": 1})
			for _, want := range []string{"not allowed", "not removed", "alarm photogallery-main-idle"} {
				if !strings.Contains(message, want) {
					t.Errorf("%q lacks %q", message, want)
				}
			}
			lift()
			e.undo("r1")
			e.wantOnly(nil)
		})
	})
	t.Run("a later one", func(t *testing.T) {
		inEnvironment(t, func(e environment) {
			e.serve("r1")
			e.awaitRefresh("r2", e.roll("r2"), "Successful")
			e.launchBuilder("r2")
			e.refuse("StartInstanceRefresh")
			e.undoFails("r2")
			if got := e.count(); got["image"] != 2 || got["instance"] != 2 || len(e.versions()) != 2 {
				t.Errorf("with the group on r2 there are %v and versions %v", got, e.versions())
			}
		})
	})
}

// The image's documents go before it does. What keeps them keeps it, by name.
func TestUndoNamesAnImageThatItCouldNotBeginToRemove(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.serve("r1")
		image := e.bake("r2")
		e.refuse("DeleteObject")
		if message := e.undoFails("r2"); !strings.Contains(message, image) {
			t.Errorf("%q lacks %q", message, image)
		}
	})
}

// Visitors who cannot be led back keep the fleets, and nothing else.
func TestUndoWithoutTheLoadBalancerLeavesOnlyWhatVisitorsMayNeed(t *testing.T) {
	inEnvironment(t, func(e environment) {
		e.serve("r1")
		image := e.bake("r2")
		e.template("r2", image)
		e.launchBuilder("r2")
		lift := e.refuse("DescribeLoadBalancers")
		message := e.undoFails("r2")
		time.Sleep(time.Minute)
		lift()
		got := e.count()
		if got["instance"] != 2 || got["image"] != 2 || len(e.versions()) != 2 {
			t.Errorf("there are %v and versions %v, want no builder and all images and versions", got, e.versions())
		}
		for _, want := range []string{"DescribeLoadBalancers", image} {
			if !strings.Contains(message, want) {
				t.Errorf("%q lacks %q", message, want)
			}
		}
	})
}

// undoFails runs rounds of Undo until one is denied, and returns its message.
func (e environment) undoFails(name string) string {
	e.Helper()
	in := map[string]any{"execution": "arn:undo", "releases": []string{name}, "deadline": time.Now().Add(time.Hour)}
	for e.Try(sweep.Undo, in, &sweep.Progress{}) == nil {
		time.Sleep(10 * time.Second)
	}
	return e.WantCode(release.AccessDenied, sweep.Undo, in)
}
