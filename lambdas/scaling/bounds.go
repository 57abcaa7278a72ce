package scaling

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

// Updater is what SetBounds needs of Auto Scaling.
type Updater interface {
	UpdateAutoScalingGroup(context.Context, *autoscaling.UpdateAutoScalingGroupInput, ...func(*autoscaling.Options)) (*autoscaling.UpdateAutoScalingGroupOutput, error)
}

// SetBounds sets the group's least and most instances. Desired 0 leaves the number that runs, as
// far as it lies within.
func SetBounds(ctx context.Context, api Updater, group *types.AutoScalingGroup, least, most, desired int) error {
	if desired == 0 {
		desired = int(aws.ToInt32(group.DesiredCapacity))
	}
	_, err := api.UpdateAutoScalingGroup(ctx, &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: group.AutoScalingGroupName,
		MinSize:              aws.Int32(int32(least)),
		MaxSize:              aws.Int32(int32(most)),
		DesiredCapacity:      aws.Int32(int32(min(max(desired, least), most))),
	})
	return err
}
