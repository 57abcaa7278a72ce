package autoscaling

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"photogallery/internal/localcloud/fabric"
)

// updateGroup changes the sizes and the launch template of new instances. If the request has no
// desired capacity, the present one is moved within the new bounds.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_UpdateAutoScalingGroup.html
func (s *Service) updateGroup(in *autoscaling.UpdateAutoScalingGroupInput) (*autoscaling.UpdateAutoScalingGroupOutput, error) {
	g, err := s.findLive(aws.ToString(in.AutoScalingGroupName))
	if err != nil {
		return nil, err
	}
	if in.VPCZoneIdentifier != nil || in.HealthCheckType != nil || in.HealthCheckGracePeriod != nil || in.DefaultInstanceWarmup != nil {
		return nil, fabric.Errorf("ValidationError", "the embedded cloud updates MinSize, MaxSize, DesiredCapacity and LaunchTemplate only")
	}
	if in.LaunchTemplate != nil {
		if g.template, err = templateOf(in.LaunchTemplate); err != nil {
			return nil, err
		}
	}
	least, most := given(in.MinSize, g.min), given(in.MaxSize, g.max)
	desired := given(in.DesiredCapacity, min(max(g.desired, least), most))
	if err := checkSizes(least, most, desired); err != nil {
		return nil, err
	}
	g.min, g.max = least, most
	s.setDesired(g, desired, fmt.Sprintf("a user request update of AutoScalingGroup constraints to min: %d, max: %d, desired: %d", least, most, desired))
	return &autoscaling.UpdateAutoScalingGroupOutput{}, nil
}

func given(value *int32, otherwise int) int {
	if value == nil {
		return otherwise
	}
	return int(*value)
}
