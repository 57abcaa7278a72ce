package contract

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
)

const (
	asReference = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_"
	asErrors    = "https://docs.aws.amazon.com/autoscaling/ec2/APIReference/CommonErrors.html"
)

func groups() []Behavior {
	return []Behavior{
		{"CreateAutoScalingGroup: it launches its instances, spread over the zones", "https://docs.aws.amazon.com/autoscaling/ec2/userguide/auto-scaling-benefits.html", "has them in one zone", (*Account).groupSpreads},
		{"CreateAutoScalingGroup: its instances are targets of its target group", "https://docs.aws.amazon.com/autoscaling/ec2/userguide/autoscaling-load-balancer.html", "", (*Account).groupRegistersTargets},
		{"CreateAutoScalingGroup: its tags go to the instances", "https://docs.aws.amazon.com/autoscaling/ec2/userguide/ec2-auto-scaling-tagging.html", "", (*Account).groupTagsItsInstances},
		{"CreateAutoScalingGroup: a name that a group has is AlreadyExists", asReference + "CreateAutoScalingGroup.html", "replaces the group", func(a *Account) error {
			if err := a.group(1); err != nil {
				return err
			}
			return refused(a.group(1), "AlreadyExists")
		}},
		{"CreateAutoScalingGroup: an unknown subnet is ValidationError", asErrors,
			"has the error code of EC2, InvalidSubnetID.NotFound", func(a *Account) error {
				return refused(a.group(1, func(in *autoscaling.CreateAutoScalingGroupInput) {
					in.VPCZoneIdentifier = aws.String("subnet-0123456789abcdef0")
				}), "ValidationError")
			}},
		{"DescribeAutoScalingGroups: an unknown name is left out without an error", asReference + "DescribeAutoScalingGroups.html", "", func(a *Account) error {
			found, err := a.describedGroup()
			return errors.Join(err, same("found", found != nil, false))
		}},
		{"UpdateAutoScalingGroup: bounds move the desired capacity between them", asReference + "UpdateAutoScalingGroup.html", "", (*Account).boundsMoveDesired},
		{"UpdateAutoScalingGroup: a desired capacity beyond the bounds is ValidationError", asReference + "UpdateAutoScalingGroup.html",
			"accepts it", func(a *Account) error {
				if err := a.group(1); err != nil {
					return err
				}
				return refused(a.resize(1, 3, aws.Int32(4)), "ValidationError")
			}},
		{"UpdateAutoScalingGroup: an unknown group is ValidationError", asErrors, "", func(a *Account) error {
			return refused(a.resize(1, 2, nil), "ValidationError")
		}},
		{"DeleteAutoScalingGroup: with instances and without force it is ResourceInUse", asReference + "DeleteAutoScalingGroup.html", "deletes it", func(a *Account) error {
			if err := a.readyGroup(1); err != nil {
				return err
			}
			return refused(a.deleteGroup(false), "ResourceInUse")
		}},
		{"DeleteAutoScalingGroup: by force it goes with its instances, after which its name is free", asReference + "DeleteAutoScalingGroup.html", "", (*Account).groupIsDeleted},
		{"DeleteAutoScalingGroup: an unknown group is ValidationError", asErrors, "", func(a *Account) error {
			return refused(a.deleteGroup(true), "ValidationError")
		}},
		{"PutScalingPolicy: a policy has an ARN, which putting it again keeps", asReference + "PutScalingPolicy.html",
			"", (*Account).policyKeepsItsARN},
		{"PutScalingPolicy: an unknown group is ValidationError", asErrors,
			"makes a policy of no group", func(a *Account) error {
				_, err := a.policy()
				return refused(err, "ValidationError")
			}},
		{"DescribeScalingActivities: each launch is an activity with a cause", asReference + "DescribeScalingActivities.html",
			"has an empty list", (*Account).launchIsAnActivity},
	}
}

func (a *Account) group(desired int32, change ...func(*autoscaling.CreateAutoScalingGroupInput)) error {
	id, err := a.template("group")
	if err != nil && refused(err, "InvalidLaunchTemplateName.AlreadyExistsException") != nil {
		return err
	}
	in := &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("probe"), MinSize: aws.Int32(1), MaxSize: aws.Int32(3), DesiredCapacity: &desired,
		LaunchTemplate:    &types.LaunchTemplateSpecification{LaunchTemplateId: &id, Version: aws.String("1")},
		VPCZoneIdentifier: aws.String(strings.Join(a.Settings.PrivateSubnets, ",")), TargetGroupARNs: []string{a.Settings.TargetGroup},
		HealthCheckType: aws.String("EC2"), HealthCheckGracePeriod: aws.Int32(300), DefaultInstanceWarmup: aws.Int32(0),
		Tags: []types.Tag{{
			Key: aws.String("role"), Value: aws.String("probe"), PropagateAtLaunch: aws.Bool(true),
			ResourceId: aws.String("probe"), ResourceType: aws.String("auto-scaling-group"),
		}},
	}
	if id == "" { // a second group of the same name: the template is there
		in.LaunchTemplate = &types.LaunchTemplateSpecification{LaunchTemplateName: aws.String("probe"), Version: aws.String("1")}
	}
	for _, c := range change {
		c(in)
	}
	_, err = a.AutoScaling.CreateAutoScalingGroup(a.Context, in)
	return err
}

// describedGroup returns nil where there is no group.
func (a *Account) describedGroup() (*types.AutoScalingGroup, error) {
	out, err := a.AutoScaling.DescribeAutoScalingGroups(a.Context, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{"probe"}})
	if err != nil || len(out.AutoScalingGroups) == 0 {
		return nil, err
	}
	return &out.AutoScalingGroups[0], nil
}

// readyGroup is group, until its instances are in service.
func (a *Account) readyGroup(desired int32) error {
	if err := a.group(desired); err != nil {
		return err
	}
	return a.eventually("the group's last instance", func() (bool, error) {
		found, err := a.describedGroup()
		if err != nil || found == nil {
			return false, err
		}
		ready := 0
		for _, instance := range found.Instances {
			if instance.LifecycleState == types.LifecycleStateInService {
				ready++
			}
		}
		return ready == int(desired), nil
	})
}

func (a *Account) groupSpreads() error {
	if err := a.readyGroup(2); err != nil {
		return err
	}
	found, err := a.describedGroup()
	if err != nil {
		return err
	}
	zones := map[string]bool{}
	for _, instance := range found.Instances {
		zones[*instance.AvailabilityZone] = true
	}
	return same("zones", len(zones), 2)
}

func (a *Account) groupTagsItsInstances() error {
	if err := a.readyGroup(1); err != nil {
		return err
	}
	found, err := a.describedGroup()
	if err != nil {
		return err
	}
	instance, err := a.described(*found.Instances[0].InstanceId)
	if err != nil {
		return err
	}
	return same("tagged", isTagged(instance.Tags), true)
}

func (a *Account) resize(least, most int32, desired *int32) error {
	_, err := a.AutoScaling.UpdateAutoScalingGroup(a.Context, &autoscaling.UpdateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("probe"), MinSize: &least, MaxSize: &most, DesiredCapacity: desired,
	})
	return err
}

func (a *Account) boundsMoveDesired() error {
	if err := a.readyGroup(1); err != nil {
		return err
	}
	if err := a.resize(2, 3, nil); err != nil {
		return err
	}
	found, err := a.describedGroup()
	if err != nil {
		return err
	}
	if err := same("desired", *found.DesiredCapacity, 2); err != nil {
		return err
	}
	if err := a.resize(1, 1, nil); err != nil {
		return err
	}
	found, err = a.describedGroup()
	if err != nil {
		return err
	}
	return same("desired", *found.DesiredCapacity, 1)
}

func (a *Account) deleteGroup(force bool) error {
	_, err := a.AutoScaling.DeleteAutoScalingGroup(a.Context, &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: aws.String("probe"), ForceDelete: &force})
	return err
}

func (a *Account) groupIsDeleted() error {
	if err := a.readyGroup(2); err != nil {
		return err
	}
	found, err := a.describedGroup()
	if err != nil {
		return err
	}
	if err := a.deleteGroup(true); err != nil {
		return err
	}
	err = a.eventually("the group's end", func() (bool, error) {
		left, err := a.describedGroup()
		return left == nil, err
	})
	if err != nil {
		return err
	}
	for _, instance := range found.Instances {
		ended, err := a.described(*instance.InstanceId)
		if err != nil {
			return err
		}
		if err := same("its instance", ended.State.Name, "terminated"); err != nil {
			return err
		}
	}
	return a.group(1, func(in *autoscaling.CreateAutoScalingGroupInput) {
		in.LaunchTemplate.LaunchTemplateName, in.LaunchTemplate.LaunchTemplateId = nil, found.LaunchTemplate.LaunchTemplateId
	})
}

func (a *Account) policy() (arn string, err error) {
	out, err := a.AutoScaling.PutScalingPolicy(a.Context, &autoscaling.PutScalingPolicyInput{
		AutoScalingGroupName: aws.String("probe"), PolicyName: aws.String("out"), PolicyType: aws.String("StepScaling"),
		AdjustmentType: aws.String("ChangeInCapacity"), EstimatedInstanceWarmup: aws.Int32(60),
		StepAdjustments: []types.StepAdjustment{{MetricIntervalLowerBound: aws.Float64(0), ScalingAdjustment: aws.Int32(1)}},
	})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.PolicyARN), nil
}

func (a *Account) policyKeepsItsARN() error {
	if err := a.group(1); err != nil {
		return err
	}
	first, err := a.policy()
	if err := errors.Join(err, same("it is an ARN", strings.HasPrefix(first, "arn:aws:autoscaling:"), true)); err != nil {
		return err
	}
	second, err := a.policy()
	return errors.Join(err, same("the second ARN", second, first))
}

func (a *Account) launchIsAnActivity() error {
	if err := a.readyGroup(1); err != nil {
		return err
	}
	out, err := a.AutoScaling.DescribeScalingActivities(a.Context, &autoscaling.DescribeScalingActivitiesInput{AutoScalingGroupName: aws.String("probe")})
	if err != nil {
		return err
	}
	if err := same("activities", len(out.Activities) > 0, true); err != nil {
		return err
	}
	return same("it has a cause", aws.ToString(out.Activities[0].Cause) != "", true)
}
