package scaling

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"photogallery/release"
)

// Updater is what SetBounds needs of Auto Scaling.
type Updater interface {
	UpdateAutoScalingGroup(context.Context, *autoscaling.UpdateAutoScalingGroupInput, ...func(*autoscaling.Options)) (*autoscaling.UpdateAutoScalingGroupOutput, error)
}

// SetBounds sets the environment's group's least and most instances. Desired 0 leaves the number
// that runs to Auto Scaling, which moves it between the bounds: one that was looked up before could
// take back what a scaling policy does at this moment.
func SetBounds(ctx context.Context, api Updater, environment release.Environment, least, most, desired int) error {
	in := &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(environment.Name()),
		MinSize:              aws.Int32(int32(least)),
		MaxSize:              aws.Int32(int32(most)),
	}
	if desired != 0 {
		in.DesiredCapacity = aws.Int32(int32(desired))
	}
	_, err := api.UpdateAutoScalingGroup(ctx, in)
	return err
}
