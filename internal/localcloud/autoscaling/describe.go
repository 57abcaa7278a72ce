package autoscaling

import (
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"

	"photogallery/internal/localcloud/fabric"
)

// describeGroups skips names of groups that do not exist.
func (s *Service) describeGroups(in *autoscaling.DescribeAutoScalingGroupsInput) (*autoscaling.DescribeAutoScalingGroupsOutput, error) {
	if len(in.Filters) > 0 {
		return nil, fabric.Errorf("ValidationError", "the embedded cloud has no Filters here: give AutoScalingGroupNames")
	}
	groups := slices.DeleteFunc(s.Groups(), func(g types.AutoScalingGroup) bool {
		return len(in.AutoScalingGroupNames) > 0 && !slices.Contains(in.AutoScalingGroupNames, *g.AutoScalingGroupName)
	})
	return &autoscaling.DescribeAutoScalingGroupsOutput{AutoScalingGroups: groups}, nil
}

// Groups returns the groups as DescribeAutoScalingGroups does, in order of creation, with those
// being deleted until their last instance is gone.
func (s *Service) Groups() []types.AutoScalingGroup {
	groups := make([]types.AutoScalingGroup, 0, len(s.groups))
	for _, g := range s.groups {
		groups = append(groups, g.described())
	}
	return groups
}

func (g *group) described() types.AutoScalingGroup {
	described := types.AutoScalingGroup{
		AutoScalingGroupName: &g.name, AutoScalingGroupARN: &g.arn, CreatedTime: &g.created,
		MinSize: number(g.min), MaxSize: number(g.max), DesiredCapacity: number(g.desired),
		DefaultCooldown: aws.Int32(defaultCooldown), HealthCheckType: aws.String("EC2"),
		HealthCheckGracePeriod: number(int(g.grace.Seconds())), DefaultInstanceWarmup: number(int(g.warmup.Seconds())), LaunchTemplate: g.template.described(),
		TargetGroupARNs: slices.Clone(g.targets), AvailabilityZones: g.zones(),
		VPCZoneIdentifier: aws.String(strings.Join(g.subnetIDs(), ",")), TerminationPolicies: []string{"Default"},
	}
	if g.byLoadBalancer {
		described.HealthCheckType = aws.String("ELB")
	}
	if g.deleting {
		described.Status = aws.String(statusDeleting)
	}
	for _, tag := range g.tags {
		described.Tags = append(described.Tags, types.TagDescription{
			Key: tag.Key, Value: tag.Value, PropagateAtLaunch: tag.PropagateAtLaunch,
			ResourceId: &g.name, ResourceType: aws.String("auto-scaling-group"),
		})
	}
	for _, m := range g.members {
		described.Instances = append(described.Instances, m.described())
	}
	return described
}

func (g *group) subnetIDs() []string {
	var ids []string
	for _, subnet := range g.subnets {
		ids = append(ids, subnet.id)
	}
	return ids
}

func (m *member) described() types.Instance {
	health := "Healthy"
	if m.unhealthy {
		health = "Unhealthy"
	}
	return types.Instance{
		InstanceId: aws.String(m.id), AvailabilityZone: aws.String(m.subnet.zone), InstanceType: aws.String(m.instanceType),
		LifecycleState: m.state, HealthStatus: aws.String(health), ProtectedFromScaleIn: aws.Bool(false),
		LaunchTemplate: m.template.described(),
	}
}

func (t template) described() *types.LaunchTemplateSpecification {
	return &types.LaunchTemplateSpecification{LaunchTemplateId: aws.String(t.id), Version: aws.String(t.version)}
}

func number(of int) *int32 { return aws.Int32(int32(of)) }
