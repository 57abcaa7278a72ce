package scheduler

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"photogallery/internal/localcloud/fabric"
)

func (s *Service) createSchedule(in *scheduler.CreateScheduleInput) (*scheduler.CreateScheduleOutput, error) {
	group := groupOr(in.GroupName)
	if !slices.Contains(s.groups, group) {
		return nil, fabric.Errorf("ResourceNotFoundException", "Schedule group %s does not exist.", group)
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
	if in.State != types.ScheduleStateDisabled {
		s.arm(r, r.timing.first)
	}
	return &scheduler.CreateScheduleOutput{ScheduleArn: &r.ARN}, nil
}

var nameForm = regexp.MustCompile(`^[0-9a-zA-Z_.-]{1,64}$`)

// check refuses what is wrong and what the embedded cloud does not do.
func check(in *scheduler.CreateScheduleInput) error {
	switch {
	case !nameForm.MatchString(aws.ToString(in.Name)):
		return invalid("the name %q: give 1 to 64 letters, digits, dashes, underscores and dots", aws.ToString(in.Name))
	case in.FlexibleTimeWindow.Mode != types.FlexibleTimeWindowModeOff:
		return invalid("FlexibleTimeWindow is %q: the embedded cloud has OFF only", in.FlexibleTimeWindow.Mode)
	case in.StartDate != nil || in.EndDate != nil || in.KmsKeyArn != nil:
		return invalid("StartDate, EndDate and KmsKeyArn are not supported by the embedded cloud: leave them out")
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
	when, err := parse(expression, zone, now)
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
		ScheduleExpression: &r.Expression, ScheduleExpressionTimezone: &r.TimeZone, State: r.state(),
		ActionAfterCompletion: r.settings.ActionAfterCompletion, FlexibleTimeWindow: r.settings.FlexibleTimeWindow,
		Target: r.settings.Target, CreationDate: &r.created, LastModificationDate: &r.created,
	}, nil
}

func (r *schedule) state() types.ScheduleState {
	if r.settings.State == "" {
		return types.ScheduleStateEnabled
	}
	return r.settings.State
}

const defaultPage = 100

func (s *Service) listSchedules(in *scheduler.ListSchedulesInput) (*scheduler.ListSchedulesOutput, error) {
	if in.GroupName != nil && !slices.Contains(s.groups, *in.GroupName) {
		return nil, fabric.Errorf("ResourceNotFoundException", "Schedule group %s does not exist.", *in.GroupName)
	}
	size := int(aws.ToInt32(in.MaxResults))
	if size == 0 {
		size = defaultPage
	}
	out := &scheduler.ListSchedulesOutput{Schedules: []types.ScheduleSummary{}}
	last := ""
	for _, r := range s.sorted() {
		if !r.matches(in) || r.key() <= aws.ToString(in.NextToken) {
			continue
		}
		if len(out.Schedules) == size {
			out.NextToken = &last
			break
		}
		last = r.key()
		out.Schedules = append(out.Schedules, types.ScheduleSummary{
			Arn: &r.ARN, Name: &r.Name, GroupName: &r.Group, State: r.state(), CreationDate: &r.created,
			LastModificationDate: &r.created, Target: &types.TargetSummary{Arn: &r.Target},
		})
	}
	return out, nil
}

func (r *schedule) matches(in *scheduler.ListSchedulesInput) bool {
	return (in.GroupName == nil || *in.GroupName == r.Group) &&
		strings.HasPrefix(r.Name, aws.ToString(in.NamePrefix)) &&
		(in.State == "" || in.State == r.state())
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
