package fleet

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// Refreshes describes the instance refreshes of a group, newest first. AWS answers with a
// ValidationError if the group does not exist, so look for the group first.
func Refreshes(ctx context.Context, api autoscaling.DescribeInstanceRefreshesAPIClient, group string) ([]types.InstanceRefresh, error) {
	var refreshes []types.InstanceRefresh
	pages := autoscaling.NewDescribeInstanceRefreshesPaginator(api, &autoscaling.DescribeInstanceRefreshesInput{
		AutoScalingGroupName: aws.String(group),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		refreshes = append(refreshes, page.InstanceRefreshes...)
	}
	return refreshes, nil
}

// ActiveRefresh returns the refresh that has not ended, or nil if there is none. A group has at
// most one.
func ActiveRefresh(refreshes []types.InstanceRefresh) *types.InstanceRefresh {
	for i, refresh := range refreshes {
		switch refresh.Status {
		case types.InstanceRefreshStatusPending, types.InstanceRefreshStatusInProgress, types.InstanceRefreshStatusBaking,
			types.InstanceRefreshStatusCancelling, types.InstanceRefreshStatusRollbackInProgress:
			return &refreshes[i]
		}
	}
	return nil
}

// RefreshTo returns the newest refresh to a launch template version, or nil if there is none.
func RefreshTo(refreshes []types.InstanceRefresh, version string) *types.InstanceRefresh {
	for i, refresh := range refreshes {
		if Toward(refresh) == version {
			return &refreshes[i]
		}
	}
	return nil
}

// Toward returns the launch template version that a refresh installs, or "" if it changes none.
func Toward(refresh types.InstanceRefresh) string {
	if refresh.DesiredConfiguration == nil {
		return ""
	}
	return VersionOf(refresh.DesiredConfiguration.LaunchTemplate)
}

// Preferences returns the preferences of every refresh, forward and back: a new instance is
// launched before an old one is terminated, and instances of the version stay. Protected and
// standby instances are replaced, too, because waiting for a person to release them would fail the
// refresh after an hour.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_RefreshPreferences.html
func Preferences(settings step.Settings, needs release.Needs) *types.RefreshPreferences {
	return &types.RefreshPreferences{
		MinHealthyPercentage:      aws.Int32(100),
		MaxHealthyPercentage:      aws.Int32(150),
		InstanceWarmup:            aws.Int32(int32((settings.Timings.RefreshWarmup + needs.Longer()).Seconds())),
		SkipMatching:              aws.Bool(true),
		ScaleInProtectedInstances: types.ScaleInProtectedInstancesRefresh,
		StandbyInstances:          types.StandbyInstancesTerminate,
	}
}
