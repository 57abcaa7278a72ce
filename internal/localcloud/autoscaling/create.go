package autoscaling

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/internal/localcloud/fabric"
)

func (s *Service) createGroup(in *autoscaling.CreateAutoScalingGroupInput) (*autoscaling.CreateAutoScalingGroupOutput, error) {
	name := aws.ToString(in.AutoScalingGroupName)
	if other, err := s.find(name); err == nil {
		state := ""
		if other.deleting {
			state = " and is pending delete"
		}
		return nil, fabric.Errorf("AlreadyExists", "AutoScalingGroup by this name already exists - A group with the name %s already exists%s", name, state)
	}
	g := &group{
		name: name, created: now(), targets: slices.Clone(in.TargetGroupARNs), tags: slices.Clone(in.Tags),
		grace: seconds(in.HealthCheckGracePeriod), warmup: seconds(in.DefaultInstanceWarmup), failures: map[string]failure{},
	}
	if err := s.complete(g, in); err != nil {
		return nil, err
	}
	g.arn = fabric.ARN("autoscaling", "autoScalingGroup:"+s.fabric.ID("group")+":autoScalingGroupName/"+name)
	s.groups = append(s.groups, g)
	g.min, g.max = int(*in.MinSize), int(*in.MaxSize)
	s.setDesired(g, desiredOf(in), "a user request created an AutoScalingGroup")
	return &autoscaling.CreateAutoScalingGroupOutput{}, nil
}

// complete checks the request and fills in the group.
func (s *Service) complete(g *group, in *autoscaling.CreateAutoScalingGroupInput) error {
	if err := checkSizes(int(*in.MinSize), int(*in.MaxSize), desiredOf(in)); err != nil {
		return err
	}
	var err error
	if g.template, err = templateOf(in.LaunchTemplate); err != nil {
		return err
	}
	if g.subnets, err = s.subnetsOf(aws.ToString(in.VPCZoneIdentifier)); err != nil {
		return err
	}
	switch kind := aws.ToString(in.HealthCheckType); kind {
	case "", "EC2":
	case "ELB":
		g.byLoadBalancer = true
	default:
		return fabric.Errorf("ValidationError", "HealthCheckType %q: the embedded cloud has EC2 and ELB", kind)
	}
	return nil
}

func desiredOf(in *autoscaling.CreateAutoScalingGroupInput) int {
	if in.DesiredCapacity == nil {
		return int(*in.MinSize)
	}
	return int(*in.DesiredCapacity)
}

func checkSizes(least, most, desired int) error {
	switch {
	case least < 0 || least > most:
		return fabric.Errorf("ValidationError", "Max bound, %d, must be greater than or equal to min bound, %d", most, least)
	case desired < least:
		return fabric.Errorf("ValidationError", "Desired capacity:%d must be above the specified min size:%d", desired, least)
	case desired > most:
		return fabric.Errorf("ValidationError", "Desired capacity:%d must be below the specified max size:%d", desired, most)
	}
	return nil
}

// templateOf requires the template's ID; the steps use nothing else.
func templateOf(given *types.LaunchTemplateSpecification) (template, error) {
	if given == nil || aws.ToString(given.LaunchTemplateId) == "" {
		return template{}, fabric.Errorf("ValidationError", "You must use a valid fully-formed launch template: give LaunchTemplateId and Version")
	}
	return template{*given.LaunchTemplateId, aws.ToString(given.Version)}, nil
}

func (s *Service) subnetsOf(identifier string) ([]subnet, error) {
	var subnets []subnet
	for _, id := range strings.Split(identifier, ",") {
		zone, known := s.instances.Subnet(id)
		if !known {
			return nil, fabric.Errorf("ValidationError", "The subnet ID '%s' does not exist: give at least one subnet in VPCZoneIdentifier", id)
		}
		subnets = append(subnets, subnet{id, zone})
	}
	return subnets, nil
}
