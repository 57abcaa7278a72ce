package contract

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
)

const schedulerReference = "https://docs.aws.amazon.com/scheduler/latest/APIReference/API_"

func schedules() []Behavior {
	return []Behavior{
		{"CreateSchedule: a name that a schedule has is ConflictException", schedulerReference + "CreateSchedule.html", "", func(a *Account) error {
			if err := a.schedule("probe", "one"); err != nil {
				return err
			}
			return refused(a.schedule("probe", "two"), "ConflictException")
		}},
		{"CreateSchedule: a client token that was used is no error", schedulerReference + "CreateSchedule.html",
			"ignores client tokens: the name is taken", func(a *Account) error {
				return errors.Join(a.schedule("probe", "one"), a.schedule("probe", "one"))
			}},
		{"CreateSchedule: an unknown group is ResourceNotFoundException", schedulerReference + "CreateSchedule.html",
			"answers with an HTTP status 500", func(a *Account) error {
				return refused(a.schedule("probe", "one", func(in *scheduler.CreateScheduleInput) { in.GroupName = aws.String("none") }), "ResourceNotFoundException")
			}},
		{"CreateSchedule: an expression that is none is ValidationException", schedulerReference + "CreateSchedule.html",
			"takes any expression", func(a *Account) error {
				return refused(a.schedule("probe", "one", func(in *scheduler.CreateScheduleInput) { in.ScheduleExpression = aws.String("every day") }), "ValidationException")
			}},
		{"GetSchedule: it has what was created", schedulerReference + "GetSchedule.html", "", func(a *Account) error {
			if err := a.schedule("probe", "one"); err != nil {
				return err
			}
			out, err := a.Scheduler.GetSchedule(a.Context, &scheduler.GetScheduleInput{GroupName: a.scheduleGroup(), Name: aws.String("probe")})
			if err != nil {
				return err
			}
			return errors.Join(same("its expression", *out.ScheduleExpression, "at(2050-01-01T00:00:00)"), same("its input", *out.Target.Input, `{"a":1}`),
				same("its time zone", *out.ScheduleExpressionTimezone, "UTC"))
		}},
		{"GetSchedule: what becomes of it after its last time is as it was created", schedulerReference + "GetSchedule.html", "", func(a *Account) error {
			if err := a.schedule("probe", "one"); err != nil {
				return err
			}
			out, err := a.Scheduler.GetSchedule(a.Context, &scheduler.GetScheduleInput{GroupName: a.scheduleGroup(), Name: aws.String("probe")})
			if err != nil {
				return err
			}
			return same("after its last time", out.ActionAfterCompletion, types.ActionAfterCompletionDelete)
		}},
		{"GetSchedule: an unknown schedule is ResourceNotFoundException", schedulerReference + "GetSchedule.html", "", func(a *Account) error {
			_, err := a.Scheduler.GetSchedule(a.Context, &scheduler.GetScheduleInput{GroupName: a.scheduleGroup(), Name: aws.String("none")})
			return refused(err, "ResourceNotFoundException")
		}},
		{"ListSchedules: those of the group with the prefix", schedulerReference + "ListSchedules.html",
			"", (*Account).schedulesAreListed},
		{"DeleteSchedule: it is gone, and deleting it again is ResourceNotFoundException", schedulerReference + "DeleteSchedule.html", "", func(a *Account) error {
			if err := a.schedule("probe", "one"); err != nil {
				return err
			}
			in := &scheduler.DeleteScheduleInput{GroupName: a.scheduleGroup(), Name: aws.String("probe")}
			if _, err := a.Scheduler.DeleteSchedule(a.Context, in); err != nil {
				return err
			}
			_, err := a.Scheduler.DeleteSchedule(a.Context, in)
			return refused(err, "ResourceNotFoundException")
		}},
	}
}

func (a *Account) scheduleGroup() *string { return aws.String(a.Settings.Environment.Name()) }

func (a *Account) schedule(name, token string, change ...func(*scheduler.CreateScheduleInput)) error {
	in := &scheduler.CreateScheduleInput{
		GroupName: a.scheduleGroup(), Name: &name, ClientToken: &token,
		ScheduleExpression: aws.String("at(2050-01-01T00:00:00)"), ScheduleExpressionTimezone: aws.String("UTC"),
		ActionAfterCompletion: types.ActionAfterCompletionDelete,
		FlexibleTimeWindow:    &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
		Target:                &types.Target{Arn: &a.Settings.TeardownMachine, RoleArn: &a.Settings.ScheduleRole, Input: aws.String(`{"a":1}`)},
	}
	for _, c := range change {
		c(in)
	}
	_, err := a.Scheduler.CreateSchedule(a.Context, in)
	return err
}

func (a *Account) schedulesAreListed() error {
	if err := errors.Join(a.schedule("ttl-1", "one"), a.schedule("ttl-2", "two"), a.schedule("nightly", "three")); err != nil {
		return err
	}
	names := map[string]bool{}
	pages := scheduler.NewListSchedulesPaginator(a.Scheduler, &scheduler.ListSchedulesInput{GroupName: a.scheduleGroup(), NamePrefix: aws.String("ttl-")})
	for pages.HasMorePages() {
		page, err := pages.NextPage(a.Context)
		if err != nil {
			return err
		}
		for _, found := range page.Schedules {
			names[*found.Name] = true
		}
	}
	return errors.Join(same("schedules", len(names), 2), same("ttl-1", names["ttl-1"], true), same("ttl-2", names["ttl-2"], true))
}
