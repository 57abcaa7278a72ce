package awsstack

import (
	"context"
	"regexp"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	autoscalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"photogallery/internal/local/control"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// instances lists those that live, builders too; group may be nil.
func (s *Stack) instances(ctx context.Context, group *autoscalingtypes.AutoScalingGroup) ([]control.Instance, error) {
	health, err := s.health(ctx, group)
	if err != nil {
		return nil, err
	}
	versions, err := s.versions(ctx)
	if err != nil {
		return nil, err
	}
	living, err := s.describeInstances(ctx)
	if err != nil {
		return nil, err
	}
	found := []control.Instance{}
	for _, i := range living {
		found = append(found, instance(i, health[aws.ToString(i.InstanceId)], versions[aws.ToString(i.ImageId)]))
	}
	return found, nil
}

// describeInstances describes the environment's that are not terminated.
func (s *Stack) describeInstances(ctx context.Context) (living []types.Instance, err error) {
	pages := ec2.NewDescribeInstancesPaginator(s.clients.EC2, &ec2.DescribeInstancesInput{Filters: inventory.Filters(s.Environment)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, reservation := range page.Reservations {
			for _, i := range reservation.Instances {
				if i.State != nil && i.State.Name != types.InstanceStateNameTerminated {
					living = append(living, i)
				}
			}
		}
	}
	return living, nil
}

func instance(of types.Instance, health, version string) control.Instance {
	zone := ""
	if of.Placement != nil {
		zone = aws.ToString(of.Placement.AvailabilityZone)
	}
	return control.Instance{
		ID: aws.ToString(of.InstanceId), Role: inventory.Tag(of.Tags, release.TagRole), Zone: zone, State: string(of.State.Name),
		Health: health, Image: aws.ToString(of.ImageId), Version: version, Address: aws.ToString(of.PrivateIpAddress),
		Launched: aws.ToTime(of.LaunchTime),
	}
}

// health is what the load balancer says of each target.
func (s *Stack) health(ctx context.Context, group *autoscalingtypes.AutoScalingGroup) (map[string]string, error) {
	health := map[string]string{}
	if group == nil {
		return health, nil
	}
	for _, targets := range group.TargetGroupARNs {
		out, err := s.clients.ELB.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: aws.String(targets)})
		if err != nil {
			return nil, err
		}
		for _, target := range out.TargetHealthDescriptions {
			if target.Target != nil && target.TargetHealth != nil {
				health[aws.ToString(target.Target.Id)] = string(target.TargetHealth.State)
			}
		}
	}
	return health, nil
}

var instanceID = regexp.MustCompile(`^i-([0-9a-f]{8}|[0-9a-f]{17})$`)

func checkInstance(id string) error {
	if !instanceID.MatchString(id) {
		return release.Errorf(release.InvalidRequest, "instance %q: give i- and 17 hexadecimal digits, as `gallery status` shows them", id)
	}
	return nil
}

// Terminate takes an instance of the group out in order: it drains, another takes its place. It
// returns at once. An instance that is none of the group's is NotFound.
func (s *Stack) Terminate(ctx context.Context, id string) error {
	if err := checkInstance(id); err != nil {
		return err
	}
	group, err := fleet.Group(ctx, s.clients.AutoScaling, s.Environment)
	if err != nil {
		return err
	}
	var running []string
	if group != nil {
		for _, i := range group.Instances {
			running = append(running, aws.ToString(i.InstanceId))
		}
	}
	if err := among(running, id, "instance %q is none of the group's"); err != nil {
		return err
	}
	_, err = s.clients.AutoScaling.TerminateInstanceInAutoScalingGroup(ctx, &autoscaling.TerminateInstanceInAutoScalingGroupInput{
		InstanceId: aws.String(id), ShouldDecrementDesiredCapacity: aws.Bool(false),
	})
	return err
}

// among is NotFound, with what there is instead, for an instance that is not there.
func among(running []string, id, problem string) error {
	for _, one := range running {
		if one == id {
			return nil
		}
	}
	if len(running) == 0 {
		return release.Errorf(release.NotFound, problem+", which has none now: `gallery release` launches some", id)
	}
	return release.Errorf(release.NotFound, problem+": give one of %s", id, strings.Join(running, ", "))
}
