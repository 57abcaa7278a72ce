package scheduler_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/aws/smithy-go"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/scheduler"
)

// world is a cloud that has the scheduler only; its targets are written down with the time.
type world struct {
	*testing.T
	fabric  *fabric.Fabric
	service *scheduler.Service
	client  *sdk.Client
	fired   *[]string
}

func newWorld(t *testing.T) world {
	f := fabric.New(60) // no pace changes what a schedule says
	t.Cleanup(f.Close)
	var fired []string
	s := scheduler.New(f, func(arn, input string) error {
		if arn == "arn:none" {
			return errors.New("there is no such machine")
		}
		fired = append(fired, strings.TrimSpace(time.Now().UTC().Format("01-02 15:04:05 ")+input))
		return nil
	})
	f.Do(func() { s.AddGroup("g") })
	return world{t, f, s, sdk.NewFromConfig(f.Config()), &fired}
}

func request(name, expression string) *sdk.CreateScheduleInput {
	return &sdk.CreateScheduleInput{
		Name: &name, GroupName: aws.String("g"), ScheduleExpression: &expression,
		FlexibleTimeWindow: &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
		Target:             &types.Target{Arn: aws.String("arn:m"), RoleArn: aws.String("arn:role")},
	}
}

func (w world) create(in *sdk.CreateScheduleInput) {
	w.Helper()
	if _, err := w.client.CreateSchedule(context.Background(), in); err != nil {
		w.Fatal(err)
	}
}

func (w world) schedules() (all []scheduler.Schedule) {
	w.fabric.Do(func() { all = w.service.Schedules() })
	return all
}

// Virtual time begins at midnight UTC on 1 January 2000.
func TestSchedulesStartTheirTargetsOnTime(t *testing.T) {
	tests := map[string]struct {
		expression, zone string
		sleep            time.Duration
		want             []string
		next             string
	}{
		"at":                {"at(2000-01-01T06:30:15)", "", 24 * time.Hour, []string{"01-01 06:30:15"}, ""},
		"at in a time zone": {"at(2000-01-01T06:30:00)", "Europe/Berlin", 24 * time.Hour, []string{"01-01 05:30:00"}, ""},
		"at in the past":    {"at(1999-12-31T00:00:00)", "", time.Hour, []string{"01-01 00:00:00"}, ""},
		"rate":              {"rate(5 minutes)", "", 12 * time.Minute, []string{"01-01 00:00:00", "01-01 00:05:00", "01-01 00:10:00"}, "01-01 00:15"},
		"rate of a day":     {"rate(1 day)", "", 25 * time.Hour, []string{"01-01 00:00:00", "01-02 00:00:00"}, "01-03 00:00"},
		"nightly":           {"cron(0 20 * * ? *)", "Europe/Berlin", 48 * time.Hour, []string{"01-01 19:00:00", "01-02 19:00:00"}, "01-03 19:00"},
		"work days":         {"cron(30 7 ? * 2-6 *)", "", 80 * time.Hour, []string{"01-03 07:30:00", "01-04 07:30:00"}, "01-05 07:30"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				in := request("s", test.expression)
				if test.zone != "" {
					in.ScheduleExpressionTimezone = &test.zone
				}
				w.create(in)
				time.Sleep(test.sleep)
				synctest.Wait()
				if !slices.Equal(*w.fired, test.want) {
					t.Errorf("fired at %v, want %v", *w.fired, test.want)
				}
				next := ""
				if at := w.schedules()[0].Next; !at.IsZero() {
					next = at.UTC().Format("01-02 15:04")
				}
				if next != test.next {
					t.Errorf("is next due %q, want %q", next, test.next)
				}
			})
		})
	}
}

func TestOneTimeScheduleDeletesItselfIfAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		gone := request("gone", "at(2000-01-01T01:00:00)")
		gone.ActionAfterCompletion = types.ActionAfterCompletionDelete
		gone.Target.Input = aws.String(`{"onlyIfServing":"r1"}`)
		w.create(gone)
		w.create(request("kept", "at(2000-01-01T02:00:00)"))
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if want := []string{`01-01 01:00:00 {"onlyIfServing":"r1"}`, "01-01 02:00:00"}; !slices.Equal(*w.fired, want) {
			t.Errorf("fired %q, want %q", *w.fired, want)
		}
		if all := w.schedules(); len(all) != 1 || all[0].Name != "kept" {
			t.Errorf("left are %+v", all)
		}
	})
}

func TestDeletedSchedulesDoNotFire(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		w.create(request("deleted", "rate(1 hour)"))
		time.Sleep(time.Minute)
		if _, err := w.client.DeleteSchedule(t.Context(), &sdk.DeleteScheduleInput{GroupName: aws.String("g"), Name: aws.String("deleted")}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Hour)
		synctest.Wait()
		if want := []string{"01-01 00:00:00"}; !slices.Equal(*w.fired, want) {
			t.Errorf("fired %v, want %v", *w.fired, want)
		}
	})
}

func TestScheduleShowsAFailedTarget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		in := request("s", "rate(1 hour)")
		in.Target.Arn = aws.String("arn:none")
		w.create(in)
		synctest.Wait()
		if got := w.schedules()[0]; got.Failure != "there is no such machine" || got.Next.IsZero() {
			t.Errorf("it is %+v", got)
		}
	})
}

func TestCreateScheduleIsIdempotentByClientToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		in := request("s", "rate(1 hour)")
		in.ClientToken = aws.String("once")
		w.create(in)
		w.create(in)
		got, err := w.client.GetSchedule(t.Context(), &sdk.GetScheduleInput{GroupName: aws.String("g"), Name: aws.String("s")})
		if err != nil || *got.ScheduleExpression != "rate(1 hour)" || *got.ScheduleExpressionTimezone != "UTC" || got.State != types.ScheduleStateEnabled {
			t.Errorf("got %+v, %v", got, err)
		}
		in.ClientToken = aws.String("twice")
		_, err = w.client.CreateSchedule(t.Context(), in)
		if code(err) != "ConflictException" {
			t.Errorf("another token gives %v", err)
		}
	})
}

func TestListSchedulesByGroupAndPrefix(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		for _, name := range []string{"ttl-3", "ttl-1", "nightly", "ttl-2"} {
			w.create(request(name, "at(2050-01-01T00:00:00)"))
		}
		other := request("ttl-other-group", "at(2050-01-01T00:00:00)")
		other.GroupName = nil
		w.create(other)
		var names []string
		pages := sdk.NewListSchedulesPaginator(w.client, &sdk.ListSchedulesInput{GroupName: aws.String("g"), NamePrefix: aws.String("ttl")})
		for pages.HasMorePages() {
			part, err := pages.NextPage(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			for _, s := range part.Schedules {
				names = append(names, *s.Name)
			}
		}
		if want := []string{"ttl-1", "ttl-2", "ttl-3"}; !slices.Equal(names, want) {
			t.Errorf("listed %v, want %v", names, want)
		}
	})
}

func code(err error) string {
	var api smithy.APIError
	if errors.As(err, &api) {
		return api.ErrorCode()
	}
	return fmt.Sprint(err)
}

func TestBadSchedulesAreRefused(t *testing.T) {
	tests := map[string]struct {
		change func(*sdk.CreateScheduleInput)
		want   string
	}{
		"unknown group":   {func(in *sdk.CreateScheduleInput) { in.GroupName = aws.String("none") }, "ResourceNotFoundException"},
		"name":            {func(in *sdk.CreateScheduleInput) { in.Name = aws.String("a b") }, "ValidationException"},
		"time zone":       {func(in *sdk.CreateScheduleInput) { in.ScheduleExpressionTimezone = aws.String("Mars/Olympus") }, "ValidationException"},
		"local time zone": {func(in *sdk.CreateScheduleInput) { in.ScheduleExpressionTimezone = aws.String("Local") }, "ValidationException"},
		"flexible window": {func(in *sdk.CreateScheduleInput) { in.FlexibleTimeWindow.Mode = types.FlexibleTimeWindowModeFlexible }, "ValidationException"},
		"start date":      {func(in *sdk.CreateScheduleInput) { in.StartDate = aws.Time(time.Now()) }, "ValidationException"},
		"disabled":        {func(in *sdk.CreateScheduleInput) { in.State = types.ScheduleStateDisabled }, "ValidationException"},
		"expression":      {func(in *sdk.CreateScheduleInput) { in.ScheduleExpression = aws.String("every day") }, "ValidationException"},
		"many retries": {func(in *sdk.CreateScheduleInput) {
			in.Target.RetryPolicy = &types.RetryPolicy{MaximumRetryAttempts: aws.Int32(186)}
		}, "ValidationException"},
		"a short-lived event": {func(in *sdk.CreateScheduleInput) {
			in.Target.RetryPolicy = &types.RetryPolicy{MaximumEventAgeInSeconds: aws.Int32(59)}
		}, "ValidationException"},
		"a long-lived event": {func(in *sdk.CreateScheduleInput) {
			in.Target.RetryPolicy = &types.RetryPolicy{MaximumEventAgeInSeconds: aws.Int32(86401)}
		}, "ValidationException"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				in := request("s", "rate(1 hour)")
				test.change(in)
				_, err := w.client.CreateSchedule(t.Context(), in)
				if code(err) != test.want {
					t.Errorf("got %v, want %s", err, test.want)
				}
				if all := w.schedules(); len(all) != 0 {
					t.Errorf("there is %+v", all)
				}
			})
		})
	}
}

func TestUnknownSchedulesAreNotFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t)
		_, err := w.client.DeleteSchedule(t.Context(), &sdk.DeleteScheduleInput{GroupName: aws.String("g"), Name: aws.String("none")})
		if code(err) != "ResourceNotFoundException" {
			t.Errorf("deleting gives %v", err)
		}
		_, err = w.client.ListSchedules(t.Context(), &sdk.ListSchedulesInput{GroupName: aws.String("none")})
		if code(err) != "ResourceNotFoundException" {
			t.Errorf("listing gives %v", err)
		}
	})
}
