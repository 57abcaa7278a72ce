package cost_test

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"photogallery/internal/cost"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack"
	"photogallery/lambdas/records"
	"photogallery/release"
)

// foreteller compares dry runs with the releases that follow.
type foreteller struct {
	*testing.T
	*stack.Stack
	launched int // instances of fleets
	builders int
	most     int // instances at a time
}

// settles is how long after a rolling release its group has the size that it asked for.
const settles = 10 * time.Minute

// inForesight deploys a stack with AWS's durations.
func inForesight(t *testing.T, what func(*foreteller)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := &foreteller{T: t}
		kind := machine.NewSimulated(func(spec machine.Spec) machine.Behavior {
			if spec.Role == release.RoleBuilder {
				f.builders++
			} else {
				f.launched++
			}
			return machine.Behavior{}
		})
		s, err := stack.New(stack.Options{Environment: "main", Kind: kind, Random: func() float64 { return 0.5 }})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		f.Stack = s
		defer s.Cloud.Fabric.Every(time.Second, f.count)()
		what(f)
	})
}

// count looks how many instances there are.
func (f *foreteller) count() {
	live := 0
	for _, i := range f.Cloud.EC2.Instances() {
		if i.State == "pending" || i.State == "running" {
			live++
		}
	}
	f.most = max(f.most, live)
}

func (f *foreteller) run(name, input string) (took time.Duration, output string) {
	f.Helper()
	arn, err := f.StartRelease(f.Context(), name, input)
	if err != nil {
		f.Fatal(err)
	}
	end, err := f.Await(f.Context(), arn)
	synctest.Wait() // for what counts at this moment
	if err != nil || end.Status != "SUCCEEDED" {
		f.Fatalf("%s ended %s: %s, %v", name, end.Status, end.Cause, err)
	}
	return end.StopDate.Sub(end.StartDate), end.Output
}

func (f *foreteller) recorded() release.Current {
	f.Helper()
	recorded, err := records.ReadCurrent(f.Context(), f.Clients.DynamoDB, f.Settings.Table)
	if err != nil {
		f.Fatal(err)
	}
	return recorded
}

// comesTrue runs a request dry and then for real, and compares.
func (f *foreteller) comesTrue(name, fields string) {
	f.Helper()
	_, output := f.run("dry-"+name, `{"dryRun": true`+fields+`}`)
	var answer release.DryRun
	if err := json.Unmarshal([]byte(output), &answer); err != nil {
		f.Fatal(err)
	}
	plan := answer.Plan
	f.launched, f.builders, f.most = 0, 0, 0
	took, _ := f.run(name, `{"dryRun": false`+fields+`}`)
	time.Sleep(settles)
	synctest.Wait()
	said := cost.Together(cost.Minutes(plan))
	if math.Abs(said.Seconds()-took.Seconds()) > 0.1*took.Seconds() {
		f.Errorf("%s takes %v, and the dry run says %v", name, took, said)
	}
	recorded, foreseen := f.recorded(), plan.Forecast
	if foreseen.Bakes != (f.builders == 1) || !foreseen.Bakes && foreseen.Image != recorded.Image {
		f.Errorf("%s has %d builders and serves %s, and the dry run says %+v", name, f.builders, recorded.Image, foreseen)
	}
	if f.launched != foreseen.Launched || f.most != foreseen.Most || recorded.Serves() != foreseen.Slot {
		f.Errorf("%s launches %d in slot %s, at most %d at a time, and the dry run says %+v", name, f.launched, recorded.Serves(), f.most, foreseen)
	}
}

func TestDryRunComesTrue(t *testing.T) {
	for _, strategy := range []string{"rolling", "blueGreen"} {
		for _, size := range []int{1, 2, 3, 4, 5} {
			t.Run(fmt.Sprintf("%s of %d", strategy, size), func(t *testing.T) {
				inForesight(t, func(f *foreteller) {
					as := fmt.Sprintf(`, "strategy": %q, "minSize": %d`, strategy, size)
					f.comesTrue("first", as)
					f.comesTrue("cached", as+`, "version": "2", "bakeTime": "1h"`)
					f.comesTrue("rebaked", as+`, "rebake": true`)
					f.comesTrue("larger", fmt.Sprintf(`, "strategy": %q, "minSize": %d, "maxSize": 8`, strategy, size+2))
					f.comesTrue("smaller", as+fmt.Sprintf(`, "desired": %d`, size))
					f.comesTrue("rollback", as+`, "image": "`+f.recorded().FormerImage+`"`)
				})
			})
		}
	}
}

func TestDryRunOfStepsAndOfAMorningComesTrue(t *testing.T) {
	inForesight(t, func(f *foreteller) {
		f.comesTrue("first", ``)
		f.comesTrue("steps", `, "traffic": [5, 50, 100], "hold": "10m", "bakeTime": "30m"`)
		arn, err := f.StartTeardown(f.Context(), "night", `{}`)
		if err == nil {
			_, err = f.Await(f.Context(), arn)
		}
		if err != nil {
			t.Fatal(err)
		}
		f.comesTrue("morning", ``)
	})
}
