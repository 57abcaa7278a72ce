package schedule_test

import (
	"context"
	"encoding/json"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/stack/steptest"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/schedule"
	"photogallery/release"
)

func scheduled(e steptest.Environment, ttl time.Duration) string {
	e.Helper()
	in := schedule.Input{Plan: release.Plan{Release: "r1", TTLSeconds: int64(ttl.Seconds())}}
	return steptest.Run[schedule.Scheduled](e, schedule.ScheduleTeardown, in).At
}

func schedules(e steptest.Environment) []inventory.Resource {
	e.Helper()
	found, err := inventory.TTLSchedules(e.Context(), e.Clients.Scheduler, "main")
	if err != nil {
		e.Fatal(err)
	}
	return found
}

func TestReleaseWithoutTTLSchedulesNothing(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		if at := scheduled(e, 0); at != "" || len(schedules(e)) != 0 {
			t.Errorf("a teardown is scheduled at %q: %v", at, schedules(e))
		}
	})
}

func TestScheduleKeepsTheEndOfTheReleaseBefore(t *testing.T) {
	tests := map[string]struct{ ahead, want time.Duration }{
		"ahead":        {time.Hour, time.Hour},
		"almost there": {time.Second, time.Minute},
		"over by now":  {-time.Hour, time.Minute},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			steptest.In(t, nil, func(e steptest.Environment) {
				now := time.Now().UTC()
				in := schedule.Input{Plan: release.Plan{Release: "r2", TeardownAt: now.Add(test.ahead).Format(time.RFC3339)}}
				got := steptest.Run[schedule.Scheduled](e, schedule.ScheduleTeardown, in).At
				if want := now.Add(test.want).Format(time.RFC3339); got != want || len(schedules(e)) != 1 {
					t.Errorf("the teardown is at %s, want %s: %v", got, want, schedules(e))
				}
			})
		})
	}
}

func TestTTLCountsFromTheFirstRunOfTheStep(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		want := time.Now().Add(time.Hour).UTC().Format(time.RFC3339)
		for range 2 {
			if at := scheduled(e, time.Hour); at != want {
				t.Errorf("the teardown is at %s, want %s", at, want)
			}
			time.Sleep(time.Minute)
		}
		if found := schedules(e); len(found) != 1 {
			t.Errorf("there are %v", found)
		}
	})
}

func TestInvisibleScheduleIsReadAgain(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		want := scheduled(e, time.Hour)
		early := true
		e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if call.Operation.Name == "GetSchedule" && early {
				early = false
				return nil, fabric.Errorf("ResourceNotFoundException", "Schedule does not exist.")
			}
			return next()
		})
		if at := scheduled(e, time.Hour); at != want || early {
			t.Errorf("the teardown is at %s, want %s", at, want)
		}
	})
}

func TestScheduleTearsDownOnlyItsRelease(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		scheduled(e, time.Hour)
		got, err := e.Clients.Scheduler.GetSchedule(e.Context(), &scheduler.GetScheduleInput{
			GroupName: aws.String("photogallery-main"), Name: aws.String(inventory.TTLSchedule("main", "r1")),
		})
		if err != nil {
			t.Fatal(err)
		}
		var input map[string]string
		if err := json.Unmarshal([]byte(*got.Target.Input), &input); err != nil || len(input) != 1 || input["onlyIfServing"] != "r1" {
			t.Errorf("%v, the input is %s", err, *got.Target.Input)
		}
		if *got.Target.Arn != e.Settings.TeardownMachine || got.ActionAfterCompletion != "DELETE" {
			t.Errorf("the target is %s, then %s", *got.Target.Arn, got.ActionAfterCompletion)
		}
		time.Sleep(2 * time.Hour)
		if found := schedules(e); len(found) != 0 {
			t.Errorf("after its time there are %v", found)
		}
	})
}
