package environment

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"photogallery/release"
)

// Schedules returns the enabled schedules: the nightly one, the morning one, that of rebakes, and that of a ttl.
func (r Reader) Schedules(ctx context.Context) ([]Schedule, error) {
	var status Status
	err := r.schedules(ctx, &status)
	return status.Schedules, err
}

func (r Reader) schedules(ctx context.Context, status *Status) error {
	pages := scheduler.NewListSchedulesPaginator(r.Clients.Scheduler, &scheduler.ListSchedulesInput{GroupName: aws.String(r.Environment.Name())})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if release.IsNotFound(err) {
			return nil // the stack has no group of schedules
		}
		if err != nil {
			return err
		}
		for _, listed := range page.Schedules {
			if err := r.schedule(ctx, listed, status); err != nil {
				return err
			}
		}
	}
	return nil
}

func (r Reader) schedule(ctx context.Context, listed types.ScheduleSummary, status *Status) error {
	if listed.State == types.ScheduleStateDisabled {
		return nil
	}
	found, err := r.Clients.Scheduler.GetSchedule(ctx, &scheduler.GetScheduleInput{GroupName: listed.GroupName, Name: listed.Name})
	if release.IsNotFound(err) {
		return nil // it has run in the meantime and deleted itself
	}
	if err != nil {
		return err
	}
	starts := "release"
	switch {
	case found.Target != nil && release.IsSleep(aws.ToString(found.Target.Input)):
		starts = "sleep"
	case listed.Target != nil && aws.ToString(listed.Target.Arn) == r.TeardownMachine:
		starts = "teardown"
	case found.Target != nil && release.IsRebake(aws.ToString(found.Target.Input)):
		starts = "rebake"
	}
	status.Schedules = append(status.Schedules, Schedule{
		Name: aws.ToString(listed.Name), Expression: aws.ToString(found.ScheduleExpression),
		TimeZone: aws.ToString(found.ScheduleExpressionTimezone), Starts: starts,
	})
	return nil
}
