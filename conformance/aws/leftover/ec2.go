package leftover

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/internal/release"
)

func filter(name string, values ...string) types.Filter {
	return types.Filter{Name: aws.String(name), Values: values}
}

// removals are the commands for the kinds of EC2, with the ID put behind. What has none goes with the
// stack, or with what it belongs to.
var removals = map[types.ResourceType]string{
	types.ResourceTypeInstance:                  "aws ec2 terminate-instances --instance-ids",
	types.ResourceTypeVolume:                    "aws ec2 delete-volume --volume-id",
	types.ResourceTypeSnapshot:                  "aws ec2 delete-snapshot --snapshot-id",
	types.ResourceTypeImage:                     "aws ec2 deregister-image --delete-associated-snapshots --image-id",
	types.ResourceTypeNetworkInterface:          "aws ec2 delete-network-interface --network-interface-id",
	types.ResourceTypeLaunchTemplate:            "aws ec2 delete-launch-template --launch-template-id",
	types.ResourceTypeSubnet:                    "aws ec2 delete-subnet --subnet-id",
	types.ResourceTypeSecurityGroup:             "aws ec2 delete-security-group --group-id",
	types.ResourceTypeRouteTable:                "aws ec2 delete-route-table --route-table-id",
	types.ResourceTypeVpcEndpoint:               "aws ec2 delete-vpc-endpoints --vpc-endpoint-ids",
	types.ResourceTypeInternetGateway:           "aws ec2 delete-internet-gateway --internet-gateway-id",
	types.ResourceTypeEgressOnlyInternetGateway: "aws ec2 delete-egress-only-internet-gateway --egress-only-internet-gateway-id",
	types.ResourceTypeVpcFlowLog:                "aws ec2 delete-flow-logs --flow-log-ids",
	types.ResourceTypeVpc:                       "aws ec2 delete-vpc --vpc-id",
}

// group is the Auto Scaling group, which would launch what else is removed.
func (s *sweep) group(ctx context.Context) error {
	out, err := s.AutoScaling.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{s.environment.Name()}})
	if err != nil {
		return err
	}
	for _, group := range out.AutoScalingGroups {
		s.add(aws.ToString(group.AutoScalingGroupARN), "aws autoscaling delete-auto-scaling-group --force-delete --auto-scaling-group-name "+s.environment.Name())
	}
	return nil
}

// taggedByEC2 asks EC2 for everything of its own that carries the environment's tag. A terminated
// instance keeps its tags for an hour.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/terminating-instances.html
func (s *sweep) taggedByEC2(ctx context.Context) error {
	ended, err := s.ended(ctx)
	if err != nil {
		return err
	}
	pages := ec2.NewDescribeTagsPaginator(s.EC2, &ec2.DescribeTagsInput{
		Filters: []types.Filter{filter("key", release.TagEnvironment), filter("value", string(s.environment))},
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, tag := range page.Tags {
			if id := aws.ToString(tag.ResourceId); !ended[id] {
				s.addOfEC2(tag.ResourceType, id)
			}
		}
	}
	return nil
}

func (s *sweep) addOfEC2(kind types.ResourceType, id string) {
	remove := "aws ec2 describe-tags --filters Name=resource-id,Values=" + id
	if command, known := removals[kind]; known {
		remove = command + " " + id
	}
	s.add(s.arn("ec2", string(kind)+"/"+id), remove)
}

// ended are the terminated instances. EC2 tells of them, and of nothing else that is gone, for a while.
func (s *sweep) ended(ctx context.Context) (map[string]bool, error) {
	ended := map[string]bool{}
	pages := ec2.NewDescribeInstancesPaginator(s.EC2, &ec2.DescribeInstancesInput{Filters: []types.Filter{
		filter("tag:"+release.TagEnvironment, string(s.environment)), filter("instance-state-name", "terminated"),
	}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, reservation := range page.Reservations {
			for _, instance := range reservation.Instances {
				ended[aws.ToString(instance.InstanceId)] = true
			}
		}
	}
	return ended, nil
}

// images finds by their names those whose tags were not written, and the snapshots that they hold.
func (s *sweep) images(ctx context.Context) error {
	out, err := s.EC2.DescribeImages(ctx, &ec2.DescribeImagesInput{
		Owners: []string{"self"}, Filters: []types.Filter{filter("name", s.environment.Name()+"-*")},
	})
	if err != nil {
		return err
	}
	for _, image := range out.Images {
		s.addOfEC2(types.ResourceTypeImage, aws.ToString(image.ImageId))
	}
	return nil
}

// interfaces are the load balancer's, which no tag marks and which outlive it for minutes.
func (s *sweep) interfaces(ctx context.Context) error {
	description := "ELB app/" + s.environment.Name() + "/"
	pages := ec2.NewDescribeNetworkInterfacesPaginator(s.EC2, &ec2.DescribeNetworkInterfacesInput{Filters: []types.Filter{filter("description", description+"*")}})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, card := range page.NetworkInterfaces {
			if strings.HasPrefix(aws.ToString(card.Description), description) {
				s.addOfEC2(types.ResourceTypeNetworkInterface, aws.ToString(card.NetworkInterfaceId))
			}
		}
	}
	return nil
}
