package contract

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
)

const (
	startRefresh = asReference + "StartInstanceRefresh.html"
	noRefreshes  = "has no instance refreshes"
)

func refreshes() []Behavior {
	return []Behavior{
		{"StartInstanceRefresh: the group ends on the new launch template version", startRefresh, noRefreshes, (*Account).refreshReplaces},
		{"StartInstanceRefresh: a second one is InstanceRefreshInProgress", startRefresh, noRefreshes, (*Account).refreshesAreOneAtATime},
		{"StartInstanceRefresh: with $Latest and AutoRollback it is ValidationError", "https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html",
			noRefreshes, func(a *Account) error {
				if err := a.readyGroup(1); err != nil {
					return err
				}
				return refused(a.refresh("$Latest"), "ValidationError")
			}},
		{"CancelInstanceRefresh: without a refresh it is ActiveInstanceRefreshNotFound", asReference + "CancelInstanceRefresh.html", noRefreshes, func(a *Account) error {
			if err := a.group(1); err != nil {
				return err
			}
			_, err := a.AutoScaling.CancelInstanceRefresh(a.Context, &autoscaling.CancelInstanceRefreshInput{AutoScalingGroupName: aws.String("probe")})
			return refused(err, "ActiveInstanceRefreshNotFound")
		}},
		{"RollbackInstanceRefresh: without a refresh it is ActiveInstanceRefreshNotFound", asReference + "RollbackInstanceRefresh.html", noRefreshes, func(a *Account) error {
			if err := a.group(1); err != nil {
				return err
			}
			_, err := a.AutoScaling.RollbackInstanceRefresh(a.Context, &autoscaling.RollbackInstanceRefreshInput{AutoScalingGroupName: aws.String("probe")})
			return refused(err, "ActiveInstanceRefreshNotFound")
		}},
		{"RollbackInstanceRefresh: the group returns to its own launch template version", asReference + "RollbackInstanceRefresh.html", noRefreshes, (*Account).refreshRollsBack},
		{"DescribeInstanceRefreshes: an unknown group is ValidationError", asErrors,
			noRefreshes, func(a *Account) error {
				_, err := a.refreshed()
				return refused(err, "ValidationError")
			}},
	}
}

// groupRegistersTargets returns a behavior of groups; it is here for what it needs of the load
// balancer.
func (a *Account) groupRegistersTargets() error {
	balancer, err := a.balancer()
	if err != nil {
		return err
	}
	if _, err := a.listener(balancer, a.Settings.TargetGroup); err != nil {
		return err
	}
	if err := a.readyGroup(2); err != nil {
		return err
	}
	return a.eventually("the second healthy target", func() (bool, error) {
		out, err := a.ELB.DescribeTargetHealth(a.Context, &elb.DescribeTargetHealthInput{TargetGroupArn: &a.Settings.TargetGroup})
		if err != nil {
			return false, err
		}
		healthy := 0
		for _, target := range out.TargetHealthDescriptions {
			if target.TargetHealth.State == "healthy" {
				healthy++
			}
		}
		return healthy == 2, nil
	})
}

func (a *Account) refresh(version string) error {
	found, err := a.describedGroup()
	if err != nil {
		return err
	}
	_, err = a.AutoScaling.StartInstanceRefresh(a.Context, &autoscaling.StartInstanceRefreshInput{
		AutoScalingGroupName: aws.String("probe"), Strategy: types.RefreshStrategyRolling,
		DesiredConfiguration: &types.DesiredConfiguration{LaunchTemplate: &types.LaunchTemplateSpecification{
			LaunchTemplateId: found.LaunchTemplate.LaunchTemplateId, Version: &version,
		}},
		Preferences: &types.RefreshPreferences{
			AutoRollback: aws.Bool(true), MinHealthyPercentage: aws.Int32(100), MaxHealthyPercentage: aws.Int32(200), InstanceWarmup: aws.Int32(0),
		},
	})
	return err
}

// refreshed returns the latest refresh.
func (a *Account) refreshed() (types.InstanceRefresh, error) {
	out, err := a.AutoScaling.DescribeInstanceRefreshes(a.Context, &autoscaling.DescribeInstanceRefreshesInput{AutoScalingGroupName: aws.String("probe")})
	if err != nil {
		return types.InstanceRefresh{}, err
	}
	if len(out.InstanceRefreshes) == 0 {
		return types.InstanceRefresh{}, errors.New("there is no refresh")
	}
	return out.InstanceRefreshes[0], nil
}

// refreshing returns a group of one whose refresh to version 2 has begun.
func (a *Account) refreshing() error {
	if err := a.readyGroup(1); err != nil {
		return err
	}
	if _, err := a.version("probe", "second"); err != nil {
		return err
	}
	return a.refresh("2")
}

// ends waits for the end of the refresh and wants all instances, and the group, on a version.
func (a *Account) ends(status types.InstanceRefreshStatus, version string) error {
	err := a.eventually("a refresh that is "+string(status), func() (bool, error) {
		latest, err := a.refreshed()
		return latest.Status == status, err
	})
	if err != nil {
		return err
	}
	found, err := a.describedGroup()
	if err != nil {
		return err
	}
	for _, instance := range found.Instances {
		if instance.LifecycleState != types.LifecycleStateTerminating {
			err = errors.Join(err, same("an instance's version", *instance.LaunchTemplate.Version, version))
		}
	}
	return errors.Join(err, same("the group's version", *found.LaunchTemplate.Version, version))
}

func (a *Account) refreshReplaces() error {
	if err := a.refreshing(); err != nil {
		return err
	}
	return a.ends(types.InstanceRefreshStatusSuccessful, "2")
}

func (a *Account) refreshesAreOneAtATime() error {
	if err := a.refreshing(); err != nil {
		return err
	}
	return refused(a.refresh("2"), "InstanceRefreshInProgress")
}

func (a *Account) refreshRollsBack() error {
	if err := a.refreshing(); err != nil {
		return err
	}
	if _, err := a.AutoScaling.RollbackInstanceRefresh(a.Context, &autoscaling.RollbackInstanceRefreshInput{AutoScalingGroupName: aws.String("probe")}); err != nil {
		return err
	}
	return a.ends(types.InstanceRefreshStatusRollbackSuccessful, "1")
}
