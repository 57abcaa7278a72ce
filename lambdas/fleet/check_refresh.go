package fleet

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// CheckRefresh checks the refresh once.
var CheckRefresh = step.Define(step.Step{
	Name:     "CheckRefresh",
	Summary:  "Looks how far the instance refresh is; fails if it was rolled back, canceled or is late.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("autoscaling:DescribeInstanceRefreshes"),
		step.Unbound("elasticloadbalancing:DescribeTargetHealth"),
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, CheckRefreshInput) (Refresh, error) {
	return checkRefresh{clients.AutoScaling, clients.ELB, settings}.run
})

// CheckRefreshInput is the step's input.
type CheckRefreshInput struct {
	step.Call
	LastUnhealthy
	Plan     release.Plan `json:"plan"`
	Slot     release.Slot `json:"slot"`
	Refresh  string       `json:"refresh"`
	Deadline time.Time    `json:"deadline"`
}

type checkRefresh struct {
	api      autoscaling.DescribeInstanceRefreshesAPIClient
	targets  TargetReader
	settings step.Settings
}

func (c checkRefresh) run(ctx context.Context, in CheckRefreshInput) (Refresh, error) {
	out, err := c.api.DescribeInstanceRefreshes(ctx, &autoscaling.DescribeInstanceRefreshesInput{
		AutoScalingGroupName: aws.String(c.settings.Environment.Group(in.Slot)), InstanceRefreshIds: []string{in.Refresh},
	})
	if err != nil {
		return Refresh{}, err
	}
	// Right after its start a refresh may be absent from the answer.
	refresh := types.InstanceRefresh{InstanceRefreshId: aws.String(in.Refresh), Status: types.InstanceRefreshStatusPending}
	if len(out.InstanceRefreshes) > 0 {
		refresh = out.InstanceRefreshes[0]
	}
	seen, err := look(ctx, c.targets, c.settings.Targets(in.Slot), in.Plan, in.LastUnhealthy)
	if err != nil {
		return Refresh{}, err
	}
	if err := failure(refresh, seen, in.Deadline); err != nil {
		return Refresh{}, err
	}
	return progress(refresh, seen, in.Deadline, in.Plan, c.settings), nil
}

// failure returns the release's failure for a status, or nil while the refresh is in progress or if
// it succeeded.
func failure(refresh types.InstanceRefresh, seen LastUnhealthy, deadline time.Time) error {
	id, reason := aws.ToString(refresh.InstanceRefreshId), aws.ToString(refresh.StatusReason)
	if reason == "" {
		reason = "AWS gives no reason"
	}
	reason = seen.Explain(reason)
	switch refresh.Status {
	case types.InstanceRefreshStatusSuccessful:
		return nil
	case types.InstanceRefreshStatusRollbackInProgress, types.InstanceRefreshStatusRollbackSuccessful:
		return release.Errorf(release.RefreshRolledBack, "instance refresh %s goes back to the former version: %s", id, reason)
	case types.InstanceRefreshStatusRollbackFailed:
		return release.Errorf(release.RefreshFailed, "instance refresh %s could not be rolled back: %s", id, reason)
	case types.InstanceRefreshStatusFailed, types.InstanceRefreshStatusCancelled, types.InstanceRefreshStatusCancelling:
		return release.Errorf(release.RefreshFailed, "instance refresh %s is %s: %s", id, refresh.Status, reason)
	}
	if time.Now().After(deadline) {
		return release.Errorf(release.RefreshFailed, "instance refresh %s is at %d %% (%s) at its deadline, %s: %s",
			id, aws.ToInt32(refresh.PercentageComplete), refresh.Status, deadline.Format(time.RFC3339), reason)
	}
	return nil
}
