// Package scheduler is the embedded cloud's EventBridge Scheduler: one-time, rate and cron
// schedules that start state machines. Schedules follow the wall clock, whatever the cloud's pace.
// https://docs.aws.amazon.com/scheduler/latest/APIReference/
package scheduler

import (
	"slices"
	"strings"
	"time"
	_ "time/tzdata" // schedules' time zones do not depend on the machine's files

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"

	"photogallery/internal/cron"
	"photogallery/internal/localcloud/fabric"
)

// Target runs a schedule's target with its input. It is called under the lock.
type Target func(arn, input string) error

const defaultGroup = "default"

// Service holds the schedules of one cloud.
type Service struct {
	fabric    *fabric.Fabric
	target    Target
	groups    []string
	schedules map[string]*schedule // by group/name
}

type schedule struct {
	Schedule
	settings *scheduler.CreateScheduleInput
	created  time.Time
	timing   cron.Schedule
	stop     func()
}

// Schedule is a schedule for people.
type Schedule struct {
	Group, Name, ARN string
	Expression       string
	TimeZone         string
	Target           string    // ARN
	Next             time.Time // zero if it will not run again
	Failure          string    // why its target could not be started the last time, or "" if it could
}

// New registers the operations. The group "default" exists, as on AWS.
func New(f *fabric.Fabric, target Target) *Service {
	s := &Service{fabric: f, target: target, groups: []string{defaultGroup}, schedules: map[string]*schedule{}}
	fabric.Handle(f, scheduler.ServiceID, "CreateSchedule", s.createSchedule)
	fabric.Handle(f, scheduler.ServiceID, "GetSchedule", s.getSchedule)
	fabric.Handle(f, scheduler.ServiceID, "ListSchedules", s.listSchedules)
	fabric.Handle(f, scheduler.ServiceID, "DeleteSchedule", s.deleteSchedule)
	return s
}

// AddGroup adds a schedule group.
func (s *Service) AddGroup(name string) { s.groups = append(s.groups, name) }

// Schedules lists all schedules by group and name.
func (s *Service) Schedules() []Schedule {
	all := []Schedule{}
	for _, r := range s.sorted() {
		all = append(all, r.Schedule)
	}
	return all
}

func (s *Service) sorted() []*schedule {
	var all []*schedule
	for _, r := range s.schedules {
		all = append(all, r)
	}
	slices.SortFunc(all, func(a, b *schedule) int { return strings.Compare(a.key(), b.key()) })
	return all
}

func (r *schedule) key() string { return r.Group + "/" + r.Name }

func (s *Service) find(group, name *string) (*schedule, error) {
	groupName, err := s.group(group)
	if err != nil {
		return nil, err
	}
	r, ok := s.schedules[groupName+"/"+aws.ToString(name)]
	if !ok {
		return nil, fabric.Errorf("ResourceNotFoundException", "Schedule %s does not exist.", aws.ToString(name))
	}
	return r, nil
}

// group returns the group of that name. nil means "default".
func (s *Service) group(name *string) (string, error) {
	group := defaultGroup
	if name != nil {
		group = *name
	}
	if !slices.Contains(s.groups, group) {
		return "", fabric.Errorf("ResourceNotFoundException", "Schedule group %s does not exist.", group)
	}
	return group, nil
}

// arm waits for the schedule's next time.
func (s *Service) arm(r *schedule, due time.Time) {
	r.Next = due
	if !due.IsZero() {
		r.stop = s.fabric.At(due, func() { s.fire(r) })
	}
}

func (s *Service) fire(r *schedule) {
	r.Failure = ""
	if err := s.target(r.Target, aws.ToString(r.settings.Target.Input)); err != nil {
		r.Failure = err.Error()
	}
	s.arm(r, r.timing.Next(time.Now()))
	if r.Next.IsZero() && r.settings.ActionAfterCompletion == types.ActionAfterCompletionDelete {
		delete(s.schedules, r.key())
	}
}
