package sweep

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/lambdas/fleet"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// rollback returns the group to the serving launch template version. It lists what is not back yet:
// a refresh in progress first, and the group and its instances of another version.
var rollback = Stage{
	Name:  "rollback",
	gate:  true,
	looks: looks("autoscaling:DescribeAutoScalingGroups", "autoscaling:DescribeInstanceRefreshes"),
	changes: []step.Operation{
		{Name: "autoscaling:RollbackInstanceRefresh", Scope: step.Owned},
		{Name: "autoscaling:CancelInstanceRefresh", Scope: step.Owned},
		{Name: "autoscaling:StartInstanceRefresh", Scope: step.Owned},
	},
	list:   listAstray,
	remove: goBack,
}

// serving returns the name of the group that serves.
func (c cloud) serving(over extent) string {
	return c.settings.Environment.Group(over.current.Serves())
}

func listAstray(ctx context.Context, c cloud, over extent) ([]inventory.Resource, error) {
	found, err := fleet.Group(ctx, c.groups, c.serving(over))
	if err != nil || found == nil || fleet.IsDeleting(found) {
		return nil, err
	}
	active, err := c.activeRefresh(ctx, found)
	if err != nil {
		return nil, err
	}
	standing := astray(found, over.current.TemplateVersion)
	if active == nil {
		return standing, nil
	}
	for i := range standing {
		standing[i].Leaving = true // leaving with the refresh; if it gets stuck, these are left
	}
	return append([]inventory.Resource{{
		Kind: refreshKind, ID: aws.ToString(active.InstanceRefreshId),
		Name:    course(active),
		Leaving: !canGoBack(active, over.current.TemplateVersion),
	}}, standing...), nil
}

// canGoBack reports whether the refresh is in progress and leads away from the version. Any other
// refresh is waited for: one that is rolled back or canceled, or that leads to the version.
func canGoBack(active *types.InstanceRefresh, version string) bool {
	switch active.Status {
	case types.InstanceRefreshStatusRollbackInProgress, types.InstanceRefreshStatusCancelling:
		return false
	}
	return fleet.Toward(*active) != version
}

func astray(group *types.AutoScalingGroup, version string) []inventory.Resource {
	var found []inventory.Resource
	if on := fleet.VersionOf(group.LaunchTemplate); on != version {
		found = append(found, inventory.Resource{Kind: groupKind, ID: aws.ToString(group.AutoScalingGroupName), Name: onVersion(on, version)})
	}
	for _, instance := range group.Instances {
		on := fleet.VersionOf(instance.LaunchTemplate)
		if on != version {
			found = append(found, inventory.Resource{
				Kind: instanceKind, ID: aws.ToString(instance.InstanceId), Name: onVersion(on, version),
				Leaving: strings.HasPrefix(string(instance.LifecycleState), "Terminating"),
			})
		}
	}
	return found
}

func onVersion(on, wanted string) string {
	return fmt.Sprintf("on launch template version %s instead of %s", on, wanted)
}

// goBack rolls a refresh back while AWS can. After its end another refresh leads back.
func goBack(ctx context.Context, c cloud, over extent, found []inventory.Resource) error {
	if found[0].Kind == refreshKind {
		return c.rollBack(ctx, c.serving(over))
	}
	group, err := fleet.Group(ctx, c.groups, c.serving(over))
	if err != nil || group == nil || group.LaunchTemplate == nil {
		return err
	}
	_, err = c.groups.StartInstanceRefresh(ctx, &autoscaling.StartInstanceRefreshInput{
		AutoScalingGroupName: group.AutoScalingGroupName,
		Strategy:             types.RefreshStrategyRolling,
		Preferences:          fleet.Preferences(c.settings, over.current.Bundle.Needs),
		DesiredConfiguration: &types.DesiredConfiguration{LaunchTemplate: &types.LaunchTemplateSpecification{
			LaunchTemplateId: group.LaunchTemplate.LaunchTemplateId, Version: aws.String(over.current.TemplateVersion),
		}},
	})
	return err
}

// rollBack ignores the refusal if the refresh has ended in the meantime: the next round sees the
// result. If AWS cannot roll it back, it is canceled, and another refresh replaces what it changed.
func (c cloud) rollBack(ctx context.Context, group string) error {
	_, err := c.groups.RollbackInstanceRefresh(ctx, &autoscaling.RollbackInstanceRefreshInput{
		AutoScalingGroupName: aws.String(group),
	})
	var irreversible *types.IrreversibleInstanceRefreshFault
	switch {
	case release.IsNotFound(err):
		return nil
	case errors.As(err, &irreversible):
		return c.cancelRefresh(ctx, group)
	}
	return err
}
