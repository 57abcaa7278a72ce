package environment

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/lambdas/fleet"
	"photogallery/lambdas/plan"
	"photogallery/lambdas/records"
	"photogallery/lambdas/scaling"
	"photogallery/release"
)

// Sizes are the sizes that a fleet gets without a release.
type Sizes struct {
	MinSize int `json:"minSize"`
	MaxSize int `json:"maxSize"`
	Desired int `json:"desired,omitempty"` // how many instances run now, or 0 for as many as run
}

// Scaled is the outcome of Scale.
type Scaled struct {
	Release string                 `json:"release"` // whose fleet it is
	Sizes                          // as asked for
	InForce *release.ScheduledSize `json:"inForce,omitempty"` // what holds instead at this hour, or nil
}

// Scaler changes the sizes of the fleet that serves.
type Scaler struct {
	Reader
	ReleaseMachine string // ARN
}

// Scale sets the bounds of the fleet that serves. They are recorded, so that the next release keeps
// them, as an undo does. Its error is an InvalidRequest for sizes that a release would refuse or if
// nothing serves, and StillInUse if another run holds the environment, which would set other sizes.
func (s Scaler) Scale(ctx context.Context, sizes Sizes) (Scaled, error) {
	if err := s.check(ctx, sizes); err != nil {
		return Scaled{}, err
	}
	if err := s.idle(ctx, "would set other sizes: try again when it has ended"); err != nil {
		return Scaled{}, err
	}
	next, err := s.record(ctx, sizes)
	if err != nil {
		return Scaled{}, err
	}
	if err := s.apply(ctx, next, sizes.Desired); err != nil {
		return Scaled{}, err
	}
	// One that began in the meantime may have read the former sizes.
	err = s.idle(ctx, "began meanwhile and may have read the former sizes: set these again when it has ended")
	return Scaled{Release: next.Release, Sizes: sizes, InForce: next.InForce(time.Now())}, err
}

// check holds the sizes to what a request for a release may have, and those of a lab to its limits.
func (s Scaler) check(ctx context.Context, sizes Sizes) error {
	fields := map[string]int{"minSize": sizes.MinSize, "maxSize": sizes.MaxSize}
	if sizes.Desired != 0 {
		fields["desired"] = sizes.Desired
	}
	request, err := json.Marshal(fields)
	if err == nil {
		_, err = release.ParseRequest(request)
	}
	if err != nil || !s.Lab {
		return err
	}
	others, err := plan.Others(ctx, s.Clients.EC2, s.Clients.AutoScaling, s.Environment)
	if err != nil {
		return err
	}
	if fits := release.LabFits(release.BlueGreen, 0, release.LabInstances-others); sizes.MaxSize > fits {
		return release.Errorf(release.QuotaExceeded, "a second fleet beside one of %d would exceed the %d instances of a Learner Lab, of which others may take %d: give at most %d", sizes.MaxSize, release.LabInstances, others, fits)
	}
	return nil
}

// idle refuses while a release runs, or anything holds the environment. A release reads the recorded
// sizes before it takes the lock, and a teardown takes that first.
func (s Scaler) idle(ctx context.Context, why string) error {
	running, err := s.Clients.SFN.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: aws.String(s.ReleaseMachine), StatusFilter: types.ExecutionStatusRunning})
	if err != nil {
		return err
	}
	for _, one := range running.Executions {
		return busy(aws.ToString(one.Name), "is under way and", why)
	}
	held, err := records.ReadLock(ctx, s.Clients.DynamoDB, s.Table)
	if err != nil || held == nil {
		return err
	}
	return busy(release.NameOf(held.Holder), "holds the environment and", why)
}

func busy(name, what, why string) error {
	return release.Errorf(release.StillInUse, "%s %s %s; `gallery execution %s` shows it", name, what, why, name)
}

// record writes the sizes into the record of the release that serves.
func (s Scaler) record(ctx context.Context, sizes Sizes) (next release.Current, err error) {
	err = records.ChangeCurrent(ctx, s.Clients.DynamoDB, s.Table, func(current *release.Current) error {
		if !current.Serving {
			return release.Errorf(release.InvalidRequest, "nothing serves: `gallery release --min-size %d --max-size %d` releases with these sizes", sizes.MinSize, sizes.MaxSize)
		}
		current.MinSize, current.MaxSize = sizes.MinSize, sizes.MaxSize
		next = *current
		return nil
	})
	if release.IsAlreadyExists(err) {
		err = release.Errorf(release.StillInUse, "the record of what serves is being changed by another run: `gallery executions` lists them; try again when it has ended")
	}
	return next, err
}

// apply schedules the sizes before it sets the bounds: what begins in between is in force then.
func (s Scaler) apply(ctx context.Context, next release.Current, desired int) error {
	name := s.Environment.Group(next.Serves())
	group, err := fleet.Group(ctx, s.Clients.AutoScaling, name)
	switch {
	case err != nil:
		return err
	case group == nil || fleet.IsDeleting(group):
		return release.Errorf(release.NotFound, "group %s does not exist any more, and its sizes are only recorded: `gallery release` makes another", name)
	}
	if err := scaling.Schedule(ctx, s.Clients.AutoScaling, name, next.Timetable, next.Usual()); err != nil {
		return err
	}
	return scaling.SetBounds(ctx, s.Clients.AutoScaling, name, next.Bounds, desired)
}
