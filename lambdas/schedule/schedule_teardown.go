// Package schedule holds the step that schedules the end of a release with a ttl.
package schedule

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// ScheduleTeardown makes the one-time schedule of a release with a ttl.
var ScheduleTeardown = step.Define(step.Step{
	Name:     "ScheduleTeardown",
	Summary:  "Schedules the teardown at the end of the release's ttl; without one it does nothing.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		{Name: "scheduler:CreateSchedule", Scope: step.ScheduleGroup},
		{Name: "scheduler:GetSchedule", Scope: step.ScheduleGroup},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, Input) (Scheduled, error) {
	return scheduleTeardown{clients.Scheduler, settings}.run
})

// Input is the step's input.
type Input struct {
	step.Call
	Plan release.Plan `json:"plan"`
}

// Scheduled says when the teardown will start.
type Scheduled struct {
	At string `json:"at"` // RFC 3339, or "" for never
}

// atExpression is EventBridge Scheduler's form of a one-time schedule, in UTC.
// https://docs.aws.amazon.com/scheduler/latest/UserGuide/schedule-types.html
const atExpression = "at(2006-01-02T15:04:05)"

// A teardown that cannot be started is retried for a day, because running resources cost money.
const (
	attempts = 185
	longest  = 24 * 60 * 60 // seconds
)

type schedulerAPI interface {
	CreateSchedule(context.Context, *scheduler.CreateScheduleInput, ...func(*scheduler.Options)) (*scheduler.CreateScheduleOutput, error)
	GetSchedule(context.Context, *scheduler.GetScheduleInput, ...func(*scheduler.Options)) (*scheduler.GetScheduleOutput, error)
}

type scheduleTeardown struct {
	api      schedulerAPI
	settings step.Settings
}

// run keeps the schedule of an earlier run of this step: the ttl counts from the first run.
func (s scheduleTeardown) run(ctx context.Context, in Input) (Scheduled, error) {
	if err := s.firstLook(ctx, in.Plan); err != nil {
		return Scheduled{}, err
	}
	if in.Plan.TTL() == 0 && in.Plan.TeardownAt == "" {
		return Scheduled{}, nil
	}
	request, at, err := s.request(in.Plan)
	if err != nil {
		return Scheduled{}, err
	}
	_, err = s.api.CreateSchedule(ctx, request)
	if release.IsAlreadyExists(err) {
		return s.existing(ctx, request)
	}
	if err != nil {
		return Scheduled{}, err
	}
	return Scheduled{At: at.Format(time.RFC3339)}, nil
}

func (s scheduleTeardown) existing(ctx context.Context, request *scheduler.CreateScheduleInput) (Scheduled, error) {
	out, err := s.api.GetSchedule(ctx, &scheduler.GetScheduleInput{GroupName: request.GroupName, Name: request.Name})
	if release.IsNotFound(err) {
		return Scheduled{}, release.Errorf(release.AwsUnavailable, "schedule %s was made but cannot be seen yet: %w", aws.ToString(request.Name), err)
	}
	if err != nil {
		return Scheduled{}, err
	}
	at, err := time.Parse(atExpression, aws.ToString(out.ScheduleExpression))
	if err != nil {
		return Scheduled{}, release.Errorf(release.Unexpected, "schedule %s is not ours: %w", aws.ToString(request.Name), err)
	}
	return Scheduled{At: at.Format(time.RFC3339)}, nil
}

// soonest is the minimum lead time of a schedule, which has a precision of a minute.
const soonest = time.Minute

// end returns the end of the ttl, or the end that was given to a former release, if that is still
// ahead.
func end(plan release.Plan, now time.Time) (time.Time, error) {
	if plan.TTL() != 0 {
		return now.Add(plan.TTL()).UTC().Truncate(time.Second), nil
	}
	at, err := time.Parse(time.RFC3339, plan.TeardownAt)
	if err != nil {
		return at, release.Errorf(release.Unexpected, "the plan's teardownAt %q is not a time: %w", plan.TeardownAt, err)
	}
	if least := now.Add(soonest).UTC().Truncate(time.Second); at.Before(least) {
		at = least
	}
	return at, nil
}

func (s scheduleTeardown) request(plan release.Plan) (*scheduler.CreateScheduleInput, time.Time, error) {
	at, err := end(plan, time.Now())
	if err != nil {
		return nil, at, err
	}
	return s.once(inventory.TTLSchedule(s.settings.Environment, plan.Release), "Tears down release "+plan.Release+" at the end of its ttl", at,
		release.TeardownRequest{OnlyIfServing: plan.Release})
}

// once returns a request for a schedule that starts one teardown.
func (s scheduleTeardown) once(name, description string, at time.Time, request release.TeardownRequest) (*scheduler.CreateScheduleInput, time.Time, error) {
	input, err := json.Marshal(request)
	if err != nil {
		return nil, at, release.Errorf(release.Unexpected, "encode the teardown's input: %w", err)
	}
	target := &types.Target{
		Arn: aws.String(s.settings.TeardownMachine), RoleArn: aws.String(s.settings.ScheduleRole), Input: aws.String(string(input)),
		RetryPolicy: &types.RetryPolicy{MaximumRetryAttempts: aws.Int32(attempts), MaximumEventAgeInSeconds: aws.Int32(longest)},
	}
	if queue := s.settings.ScheduleDeadLetters; queue != "" {
		target.DeadLetterConfig = &types.DeadLetterConfig{Arn: aws.String(queue)}
	}
	return &scheduler.CreateScheduleInput{
		GroupName: aws.String(s.settings.Environment.Name()), Name: aws.String(name),
		Description:                aws.String(description),
		ScheduleExpression:         aws.String(at.Format(atExpression)),
		ScheduleExpressionTimezone: aws.String("UTC"),
		FlexibleTimeWindow:         &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
		ActionAfterCompletion:      types.ActionAfterCompletionDelete,
		Target:                     target,
	}, at, nil
}
