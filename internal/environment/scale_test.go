package environment_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photogallery/internal/environment"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/stack/steptest"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/records"
	"photogallery/release"
)

func scale(e steptest.Environment, sizes environment.Sizes) (environment.Scaled, error) {
	reader := environment.Reader{Clients: e.Clients, Environment: "main", Table: e.Settings.Table}
	return environment.Scaler{Reader: reader, ReleaseMachine: e.Settings.ReleaseMachine}.Scale(e.Context(), sizes)
}

// sized is the size of the fleet that serves: its bounds, and how many instances it wants.
func sized(e steptest.Environment) [3]int {
	e.Helper()
	recorded, err := records.ReadCurrent(e.Context(), e.Clients.DynamoDB, e.Settings.Table)
	if err != nil {
		e.Fatal(err)
	}
	group, err := fleet.Group(e.Context(), e.Clients.AutoScaling, e.Settings.Environment.Group(recorded.Serves()))
	if err != nil || group == nil {
		e.Fatalf("the group is %v, %v", group, err)
	}
	return [3]int{int(aws.ToInt32(group.MinSize)), int(aws.ToInt32(group.MaxSize)), int(aws.ToInt32(group.DesiredCapacity))}
}

func released(e steptest.Environment, name, input string) {
	e.Helper()
	execution, err := e.StartRelease(e.Context(), name, input)
	if err != nil {
		e.Fatal(err)
	}
	if end, err := e.Await(e.Context(), execution); err != nil || end.Status != "SUCCEEDED" {
		e.Fatalf("%s is %+v, %v", name, end, err)
	}
}

func wantSize(e steptest.Environment, when string, want [3]int) {
	e.Helper()
	if got := sized(e); got != want {
		e.Errorf("%s the fleet is from, to and now %v, want %v", when, got, want)
	}
}

// Both strategies keep sizes that no release has set, as an undo does.
func TestScaledFleetKeepsItsSizes(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		if _, err := scale(e, environment.Sizes{MinSize: 3, MaxSize: 6}); release.CodeOf(err) != release.InvalidRequest || !strings.Contains(err.Error(), "gallery release --min-size 3 --max-size 6") {
			t.Errorf("while nothing serves: %v", err)
		}
		released(e, "r1", `{}`)
		for _, test := range []struct {
			sizes environment.Sizes
			want  [3]int
		}{
			{environment.Sizes{MinSize: 3, MaxSize: 6}, [3]int{3, 6, 3}},
			{environment.Sizes{MinSize: 3, MaxSize: 6, Desired: 5}, [3]int{3, 6, 5}},
			{environment.Sizes{MinSize: 1, MaxSize: 2}, [3]int{1, 2, 2}},
			{environment.Sizes{MinSize: 4, MaxSize: 7}, [3]int{4, 7, 4}},
		} {
			if outcome, err := scale(e, test.sizes); err != nil || outcome.Release != "r1" || outcome.Sizes != test.sizes || outcome.InForce != nil {
				t.Errorf("%+v, %v", outcome, err)
			}
			wantSize(e, "scaled", test.want)
		}
		released(e, "r2", `{"rebake": true}`)
		wantSize(e, "after a second fleet", [3]int{4, 7, 4})
		released(e, "r3", `{"strategy": "rolling", "rebake": true}`)
		wantSize(e, "after a refresh", [3]int{4, 7, 4})
		released(e, "r4", `{"strategy": "rolling", "minSize": 2}`)
		if got := sized(e); got[0] != 2 || got[1] != 7 {
			t.Errorf("after a release that names a size it is %v", got)
		}
	})
}

func TestSizesThatDoNotFitAreRefusedAtOnce(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		released(e, "r1", `{}`)
		for _, sizes := range []environment.Sizes{{MinSize: 0, MaxSize: 2}, {MinSize: 5, MaxSize: 2}, {MinSize: 2, MaxSize: 21}, {MinSize: 2, MaxSize: 5, Desired: 6}} {
			if _, err := scale(e, sizes); release.CodeOf(err) != release.InvalidRequest {
				t.Errorf("%+v: %v", sizes, err)
			}
		}
		wantSize(e, "nothing has changed:", [3]int{2, 5, 2})
	})
}

func TestScheduledSizesHoldWhileTheyAreInForce(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		released(e, "r1", `{"sizes": [{"from": "18:00", "until": "21:00", "minSize": 6, "maxSize": 8}]}`)
		at := func(hour int) {
			now := time.Now().UTC()
			time.Sleep(time.Until(time.Date(now.Year(), now.Month(), now.Day(), hour, 30, 0, 0, time.UTC)))
		}
		at(18)
		outcome, err := scale(e, environment.Sizes{MinSize: 3, MaxSize: 4, Desired: 3})
		if err != nil || outcome.InForce == nil || outcome.InForce.MinSize != 6 {
			t.Errorf("%+v, %v", outcome, err)
		}
		wantSize(e, "in the evening", [3]int{6, 8, 6})
		at(22)
		if got := sized(e); got[0] != 3 || got[1] != 4 {
			t.Errorf("later it is %v", got)
		}
	})
}

func TestRunsThatWouldSetOtherSizesAreNamed(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		released(e, "r1", `{}`)
		begin := func(name string) {
			if _, err := e.StartRelease(e.Context(), name, `{"rebake": true}`); err != nil {
				t.Error(err)
			}
		}
		begin("r2")
		refused := func(name, why string) {
			t.Helper()
			_, err := scale(e, environment.Sizes{MinSize: 3, MaxSize: 6})
			if release.CodeOf(err) != release.StillInUse || !strings.Contains(err.Error(), name+" ") || !strings.Contains(err.Error(), why) {
				t.Errorf("while %s runs: %v", name, err)
			}
		}
		refused("r2", "is under way")
		wantSize(e, "untouched", [3]int{2, 5, 2})
		time.Sleep(time.Hour)
		if err := records.WriteLock(e.Context(), e.Clients.DynamoDB, e.Settings.Table, "", records.Lock{Holder: "arn:aws:states:us-east-1:123456789012:execution:machine:t1"}); err != nil {
			t.Fatal(err)
		}
		refused("t1", "holds the environment")
		if err := records.DeleteLock(e.Context(), e.Clients.DynamoDB, e.Settings.Table, "arn:aws:states:us-east-1:123456789012:execution:machine:t1"); err != nil {
			t.Fatal(err)
		}
		e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			out, err := next()
			if call.Caller == "" && call.Operation.Name == "UpdateAutoScalingGroup" {
				begin("r3")
			}
			return out, err
		})
		refused("r3", "began meanwhile")
	})
}

// Where no more than nine instances may run, a fleet must leave room for a second one.
func TestLabsFleetGrowsNoFurtherThanASecondOneFits(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		released(e, "r1", `{"maxSize": 3}`)
		inLab := environment.Scaler{
			Reader:         environment.Reader{Clients: e.Clients, Environment: "main", Table: e.Settings.Table, Lab: true},
			ReleaseMachine: e.Settings.ReleaseMachine,
		}
		if _, err := inLab.Scale(e.Context(), environment.Sizes{MinSize: 2, MaxSize: 5}); release.CodeOf(err) != release.QuotaExceeded || !strings.Contains(err.Error(), "at most 4") {
			t.Errorf("five instances: %v", err)
		}
		wantSize(e, "after that was refused", [3]int{2, 3, 2})
		if _, err := inLab.Scale(e.Context(), environment.Sizes{MinSize: 2, MaxSize: 4}); err != nil {
			t.Errorf("four instances: %v", err)
		}
	})
}
