package scheduler

import (
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"photogallery/internal/cron"
	"photogallery/internal/localcloud/fabric"
)

func (s *Service) createSchedule(in *scheduler.CreateScheduleInput) (*scheduler.CreateScheduleOutput, error) {
	group, err := s.group(in.GroupName)
	if err != nil {
		return nil, err
	}
	if err := check(in); err != nil {
		return nil, err
	}
	if former, ok := s.schedules[group+"/"+*in.Name]; ok {
		if aws.ToString(former.settings.ClientToken) != aws.ToString(in.ClientToken) {
			return nil, fabric.Errorf("ConflictException", "Schedule %s already exists.", *in.Name)
		}
		return &scheduler.CreateScheduleOutput{ScheduleArn: &former.ARN}, nil
	}
	r, err := newSchedule(in, group)
	if err != nil {
		return nil, err
	}
	s.schedules[r.key()] = r
	s.arm(r, r.timing.First)
	return &scheduler.CreateScheduleOutput{ScheduleArn: &r.ARN}, nil
}

var nameForm = regexp.MustCompile(`^[0-9a-zA-Z_.-]{1,64}$`)

// check refuses invalid input, and what the embedded cloud does not support.
func check(in *scheduler.CreateScheduleInput) error {
	switch {
	case !nameForm.MatchString(aws.ToString(in.Name)):
		return invalid("the name %q: give 1 to 64 letters, digits, dashes, underscores and dots", aws.ToString(in.Name))
	case in.FlexibleTimeWindow.Mode != types.FlexibleTimeWindowModeOff:
		return invalid("FlexibleTimeWindow is %q: the embedded cloud has OFF only", in.FlexibleTimeWindow.Mode)
	case in.StartDate != nil || in.EndDate != nil || in.State != "":
		return invalid("StartDate, EndDate and State are not supported by the embedded cloud: leave them out")
	}
	return checkRetries(in.Target.RetryPolicy)
}

// checkRetries checks the ranges of a retry policy.
// https://docs.aws.amazon.com/scheduler/latest/APIReference/API_RetryPolicy.html
func checkRetries(policy *types.RetryPolicy) error {
	if policy == nil {
		return nil
	}
	for _, bound := range []struct {
		name        string
		value       *int32
		least, most int32
	}{
		{"MaximumRetryAttempts", policy.MaximumRetryAttempts, 0, 185},
		{"MaximumEventAgeInSeconds", policy.MaximumEventAgeInSeconds, 60, 86400},
	} {
		if bound.value != nil && (*bound.value < bound.least || *bound.value > bound.most) {
			return invalid("%s %d: give %d to %d", bound.name, *bound.value, bound.least, bound.most)
		}
	}
	return nil
}

func newSchedule(in *scheduler.CreateScheduleInput, group string) (*schedule, error) {
	zoneName := aws.ToString(in.ScheduleExpressionTimezone)
	if zoneName == "" {
		zoneName = "UTC"
	}
	zone, err := time.LoadLocation(zoneName)
	if err != nil || zone == time.Local {
		return nil, invalid("ScheduleExpressionTimezone %q: give a name of the time zone database, such as Europe/Berlin", zoneName)
	}
	expression, now := aws.ToString(in.ScheduleExpression), time.Now()
	when, err := cron.Parse(expression, zone, now)
	if err != nil {
		return nil, invalid("Invalid Schedule Expression %s: %v", expression, err)
	}
	kept := *in
	return &schedule{
		Schedule: Schedule{
			Group: group, Name: *in.Name, ARN: fabric.ARN("scheduler", "schedule/"+group+"/"+*in.Name),
			Expression: expression, TimeZone: zoneName, Target: aws.ToString(in.Target.Arn),
		},
		settings: &kept, created: now, timing: when, stop: func() {},
	}, nil
}

func invalid(format string, args ...any) error {
	return fabric.Errorf("ValidationException", format, args...)
}

func (s *Service) getSchedule(in *scheduler.GetScheduleInput) (*scheduler.GetScheduleOutput, error) {
	r, err := s.find(in.GroupName, in.Name)
	if err != nil {
		return nil, err
	}
	return &scheduler.GetScheduleOutput{
		Arn: &r.ARN, Name: &r.Name, GroupName: &r.Group, Description: r.settings.Description,
		ScheduleExpression: &r.Expression, ScheduleExpressionTimezone: &r.TimeZone, State: types.ScheduleStateEnabled,
		ActionAfterCompletion: r.settings.ActionAfterCompletion, FlexibleTimeWindow: r.settings.FlexibleTimeWindow,
		Target: r.settings.Target, CreationDate: &r.created, LastModificationDate: &r.created,
	}, nil
}

// listSchedules answers in one page: an environment has a few schedules.
func (s *Service) listSchedules(in *scheduler.ListSchedulesInput) (*scheduler.ListSchedulesOutput, error) {
	group, err := s.group(in.GroupName)
	if err != nil {
		return nil, err
	}
	out := &scheduler.ListSchedulesOutput{Schedules: []types.ScheduleSummary{}}
	for _, r := range s.sorted() {
		if group == r.Group && strings.HasPrefix(r.Name, aws.ToString(in.NamePrefix)) {
			out.Schedules = append(out.Schedules, types.ScheduleSummary{
				Arn: &r.ARN, Name: &r.Name, GroupName: &r.Group, State: types.ScheduleStateEnabled, CreationDate: &r.created,
				LastModificationDate: &r.created, Target: &types.TargetSummary{Arn: &r.Target},
			})
		}
	}
	return out, nil
}

func (s *Service) deleteSchedule(in *scheduler.DeleteScheduleInput) (*scheduler.DeleteScheduleOutput, error) {
	r, err := s.find(in.GroupName, in.Name)
	if err != nil {
		return nil, err
	}
	r.stop()
	delete(s.schedules, r.key())
	return &scheduler.DeleteScheduleOutput{}, nil
}
