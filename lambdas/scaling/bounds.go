package scaling

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"photogallery/release"
)

// Updater is the part of the Auto Scaling client that SetBounds uses.
type Updater interface {
	UpdateAutoScalingGroup(context.Context, *autoscaling.UpdateAutoScalingGroupInput, ...func(*autoscaling.Options)) (*autoscaling.UpdateAutoScalingGroupOutput, error)
}

// SetBounds sets a group's bounds to those in force. If a scheduled action changed them meanwhile, it
// sets those, or the call that came late would stay until the next action. Desired 0 leaves the
// capacity to Auto Scaling, which keeps it within the bounds: a capacity that was read before could
// undo a concurrent scaling.
func SetBounds(ctx context.Context, api Updater, group string, inForce func(time.Time) release.Bounds, desired int) error {
	for {
		bounds := inForce(time.Now())
		if err := update(ctx, api, group, bounds, desired); err != nil {
			return err
		}
		if inForce(time.Now()) == bounds {
			return nil
		}
	}
}

func update(ctx context.Context, api Updater, group string, bounds release.Bounds, desired int) error {
	in := &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String(group),
		MinSize:              aws.Int32(int32(bounds.MinSize)),
		MaxSize:              aws.Int32(int32(bounds.MaxSize)),
	}
	if desired != 0 {
		in.DesiredCapacity = aws.Int32(int32(min(max(desired, bounds.MinSize), bounds.MaxSize)))
	}
	_, err := api.UpdateAutoScalingGroup(ctx, in)
	return err
}
