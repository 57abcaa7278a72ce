package inventory

import (
	"context"
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"

	"photogallery/release"
)

const scheduleKind = "schedule"

// ScheduleRemover is the part of the EventBridge Scheduler client that RemoveSchedules uses.
type ScheduleRemover interface {
	DeleteSchedule(context.Context, *scheduler.DeleteScheduleInput, ...func(*scheduler.Options)) (*scheduler.DeleteScheduleOutput, error)
}

// TTLSchedule returns the name of a release's ttl schedule. Each release has its own, so that a
// failed release leaves the former one's alone.
func TTLSchedule(environment release.Environment, name string) string {
	return environment.TTLSchedule() + "-" + release.Short(release.Token(name))
}

// SleepSchedule returns the name of the schedule of a release's first look for visitors. It begins as
// that of the ttl, and goes with it.
func SleepSchedule(environment release.Environment, name string) string {
	return TTLSchedule(environment, name) + "-sleep"
}

// IsOf reports whether a schedule belongs to the release.
func IsOf(environment release.Environment, schedule Resource, name string) bool {
	return schedule.ID == TTLSchedule(environment, name) || schedule.ID == SleepSchedule(environment, name)
}

// TTLSchedules lists the schedules of the environment's releases, without those of the stack.
func TTLSchedules(ctx context.Context, api scheduler.ListSchedulesAPIClient, environment release.Environment) ([]Resource, error) {
	var found []Resource
	pages := scheduler.NewListSchedulesPaginator(api, &scheduler.ListSchedulesInput{
		GroupName: aws.String(environment.Name()), NamePrefix: aws.String(environment.TTLSchedule() + "-"),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, vanished(err)
		}
		for _, schedule := range page.Schedules {
			found = append(found, Resource{Kind: scheduleKind, ID: aws.ToString(schedule.Name)})
		}
	}
	return found, nil
}

// RemoveSchedules deletes these schedules of the environment's group.
func RemoveSchedules(ctx context.Context, api ScheduleRemover, environment release.Environment, schedules []Resource) error {
	var failed []error
	for _, schedule := range schedules {
		_, err := api.DeleteSchedule(ctx, &scheduler.DeleteScheduleInput{
			GroupName: aws.String(environment.Name()), Name: aws.String(schedule.ID),
		})
		failed = append(failed, vanished(err))
	}
	return errors.Join(failed...)
}
