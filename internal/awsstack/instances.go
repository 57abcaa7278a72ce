package awsstack

import (
	"context"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/environment"
	"photogallery/lambdas/fleet"
	"photogallery/release"
)

// living describes the environment's instances that are not terminated.
func (s *Stack) living(ctx context.Context) ([]types.Instance, error) {
	return environment.Reader{Clients: s.clients, Environment: s.Environment}.Living(ctx)
}

var instanceID = regexp.MustCompile(`^i-([0-9a-f]{8}|[0-9a-f]{17})$`)

func checkInstance(id string) error {
	if !instanceID.MatchString(id) {
		return release.Errorf(release.InvalidRequest, "instance %q: give i- and 17 hexadecimal digits, as `gallery status` shows them", id)
	}
	return nil
}

// Terminate drains and terminates an instance of the group, which the group replaces. It returns at
// once. The error is NotFound if the instance is not in the group.
func (s *Stack) Terminate(ctx context.Context, id string) error {
	if err := checkInstance(id); err != nil {
		return err
	}
	running, err := s.grouped(ctx)
	if err != nil {
		return err
	}
	if err := among(running, id, "instance %q is none of the group's"); err != nil {
		return err
	}
	_, err = s.clients.AutoScaling.TerminateInstanceInAutoScalingGroup(ctx, &autoscaling.TerminateInstanceInAutoScalingGroupInput{
		InstanceId: aws.String(id), ShouldDecrementDesiredCapacity: aws.Bool(false),
	})
	return err
}

// grouped lists the instances of the groups of both slots.
func (s *Stack) grouped(ctx context.Context) (ids []string, err error) {
	for _, slot := range release.Slots() {
		group, err := fleet.Group(ctx, s.clients.AutoScaling, s.Environment.Group(slot))
		if err != nil {
			return nil, err
		}
		if group == nil {
			continue
		}
		for _, i := range group.Instances {
			ids = append(ids, aws.ToString(i.InstanceId))
		}
	}
	return ids, nil
}

// among returns a NotFound error that lists the existing instances unless the instance is one of
// them.
func among(running []string, id, problem string) error {
	for _, one := range running {
		if one == id {
			return nil
		}
	}
	if len(running) == 0 {
		return release.Errorf(release.NotFound, problem+", which has none now: `gallery release` launches some", id)
	}
	return release.Errorf(release.NotFound, problem+": give one of %s", id, strings.Join(running, ", "))
}
