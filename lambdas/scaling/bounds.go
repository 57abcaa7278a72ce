package scaling

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
)

// Updater is the part of the Auto Scaling client that SetBounds uses.
type Updater interface {
	UpdateAutoScalingGroup(context.Context, *autoscaling.UpdateAutoScalingGroupInput, ...func(*autoscaling.Options)) (*autoscaling.UpdateAutoScalingGroupOutput, error)
}

// SetBounds sets the minimum and maximum size of a group. Desired 0 leaves the
// capacity to Auto Scaling, which keeps it within the bounds: a capacity that was read before could
// undo a concurrent scaling.
func SetBounds(ctx context.Context, api Updater, group string, least, most, desired int) error {
	in := &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(group),
		MinSize:              aws.Int32(int32(least)),
		MaxSize:              aws.Int32(int32(most)),
	}
	if desired != 0 {
		in.DesiredCapacity = aws.Int32(int32(desired))
	}
	_, err := api.UpdateAutoScalingGroup(ctx, in)
	return err
}
