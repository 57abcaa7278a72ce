package autoscaling

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/internal/localcloud/fabric"
)

// terminateInstance takes one instance out. Unless the desired capacity shrinks with it, another
// takes its place.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html
func (s *Service) terminateInstance(in *autoscaling.TerminateInstanceInAutoScalingGroupInput) (*autoscaling.TerminateInstanceInAutoScalingGroupOutput, error) {
	id, shrink := aws.ToString(in.InstanceId), aws.ToBool(in.ShouldDecrementDesiredCapacity)
	g, m := s.managed(id)
	if m == nil {
		return nil, fabric.Errorf("ValidationError", "Instance Id not found - No managed instance found for instance ID: %s", id)
	}
	if m.state == types.LifecycleStateTerminating {
		return nil, fabric.Errorf("ScalingActivityInProgress", "Instance %s is being terminated already", id)
	}
	if shrink && g.desired == g.min {
		return nil, fabric.Errorf("ValidationError", "Currently, desiredSize equals minSize (%d). Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.", g.min)
	}
	cause := at("instance %s was taken out of service in response to a user request.", id)
	if shrink {
		cause = at("instance %s was taken out of service in response to a user request, shrinking the capacity from %d to %d.", id, g.desired, g.desired-1)
		g.desired--
	}
	s.takeOut(g, m, cause)
	activity := *m.activity
	s.reconcile(g)
	return &autoscaling.TerminateInstanceInAutoScalingGroupOutput{Activity: &activity}, nil
}

func (s *Service) managed(id string) (*group, *member) {
	for _, g := range s.groups {
		if m := g.member(id); m != nil {
			return g, m
		}
	}
	return nil, nil
}
