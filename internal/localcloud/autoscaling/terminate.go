package autoscaling

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/internal/localcloud/fabric"
)

// terminateInstance takes one instance out, which another replaces.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_TerminateInstanceInAutoScalingGroup.html
func (s *Service) terminateInstance(in *autoscaling.TerminateInstanceInAutoScalingGroupInput) (*autoscaling.TerminateInstanceInAutoScalingGroupOutput, error) {
	id := aws.ToString(in.InstanceId)
	g, m := s.managed(id)
	switch {
	case aws.ToBool(in.ShouldDecrementDesiredCapacity):
		return nil, fabric.Errorf("ValidationError", "the embedded cloud replaces what is terminated: set ShouldDecrementDesiredCapacity to false")
	case m == nil:
		return nil, fabric.Errorf("ValidationError", "Instance Id not found - No managed instance found for instance ID: %s", id)
	case m.state == types.LifecycleStateTerminating:
		return nil, fabric.Errorf("ScalingActivityInProgress", "Instance %s is being terminated already", id)
	}
	s.takeOut(g, m, at("instance %s was taken out of service in response to a user request.", id))
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
