package leftover

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/release"
)

// Kinds of EC2, as ARNs name them, with the commands to which the ID is appended.
var removals = map[string]string{
	"instance":                     "aws ec2 terminate-instances --instance-ids",
	"volume":                       "aws ec2 delete-volume --volume-id",
	"snapshot":                     "aws ec2 delete-snapshot --snapshot-id",
	"image":                        "aws ec2 deregister-image --delete-associated-snapshots --image-id",
	"network-interface":            "aws ec2 delete-network-interface --network-interface-id",
	"launch-template":              "aws ec2 delete-launch-template --launch-template-id",
	"subnet":                       "aws ec2 delete-subnet --subnet-id",
	"security-group":               "aws ec2 delete-security-group --group-id",
	"route-table":                  "aws ec2 delete-route-table --route-table-id",
	"vpc-endpoint":                 "aws ec2 delete-vpc-endpoints --vpc-endpoint-ids",
	"internet-gateway":             "aws ec2 delete-internet-gateway --internet-gateway-id",
	"egress-only-internet-gateway": "aws ec2 delete-egress-only-internet-gateway --egress-only-internet-gateway-id",
	"vpc-flow-log":                 "aws ec2 delete-flow-logs --flow-log-ids",
	"vpc":                          "aws ec2 delete-vpc --vpc-id",
}

// addOfEC2 adds a resource with the commands that must precede its removal.
func (s *sweep) addOfEC2(kind string, id *string, before ...string) {
	s.add(s.arn("ec2", kind+"/"+aws.ToString(id)), append(before, removals[kind]+" "+aws.ToString(id))...)
}

func filter(name string, values ...string) types.Filter {
	return types.Filter{Name: aws.String(name), Values: values}
}

// group finds the Auto Scaling groups, which would replace what else is removed.
func (s *sweep) group(ctx context.Context) error {
	out, err := s.AutoScaling.DescribeAutoScalingGroups(ctx, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{s.environment.Group(release.Blue), s.environment.Group(release.Green)}})
	if err != nil {
		return err
	}
	for _, group := range out.AutoScalingGroups {
		s.add(aws.ToString(group.AutoScalingGroupARN), "aws autoscaling delete-auto-scaling-group --force-delete --auto-scaling-group-name "+aws.ToString(group.AutoScalingGroupName))
	}
	return nil
}

// instances finds instances, without those that EC2 still lists for an hour after their end.
// https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/terminating-instances.html
func (s *sweep) instances(ctx context.Context) error {
	live := filter("instance-state-name", "pending", "running", "shutting-down", "stopping", "stopped")
	return each(ctx, ec2.NewDescribeInstancesPaginator(s.EC2, &ec2.DescribeInstancesInput{Filters: append(s.tagged(), live)}), func(page *ec2.DescribeInstancesOutput) {
		for _, reservation := range page.Reservations {
			for _, instance := range reservation.Instances {
				s.addOfEC2("instance", instance.InstanceId)
			}
		}
	})
}

func (s *sweep) volumes(ctx context.Context) error {
	return each(ctx, ec2.NewDescribeVolumesPaginator(s.EC2, &ec2.DescribeVolumesInput{Filters: s.tagged()}), func(page *ec2.DescribeVolumesOutput) {
		for _, volume := range page.Volumes {
			s.addOfEC2("volume", volume.VolumeId)
		}
	})
}

// images also finds images without tags, by their names.
func (s *sweep) images(ctx context.Context) error {
	for _, filters := range [][]types.Filter{s.tagged(), {filter("name", s.environment.Name()+"-*")}} {
		pages := ec2.NewDescribeImagesPaginator(s.EC2, &ec2.DescribeImagesInput{Owners: []string{"self"}, Filters: filters})
		if err := each(ctx, pages, func(page *ec2.DescribeImagesOutput) {
			for _, image := range page.Images {
				s.addOfEC2("image", image.ImageId)
			}
		}); err != nil {
			return err
		}
	}
	return nil
}

func (s *sweep) snapshots(ctx context.Context) error {
	pages := ec2.NewDescribeSnapshotsPaginator(s.EC2, &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}, Filters: s.tagged()})
	return each(ctx, pages, func(page *ec2.DescribeSnapshotsOutput) {
		for _, snapshot := range page.Snapshots {
			s.addOfEC2("snapshot", snapshot.SnapshotId)
		}
	})
}

func (s *sweep) templates(ctx context.Context) error {
	return each(ctx, ec2.NewDescribeLaunchTemplatesPaginator(s.EC2, &ec2.DescribeLaunchTemplatesInput{Filters: s.tagged()}), func(page *ec2.DescribeLaunchTemplatesOutput) {
		for _, template := range page.LaunchTemplates {
			s.addOfEC2("launch-template", template.LaunchTemplateId)
		}
	})
}

// interfaces finds the interfaces of instances by their tag, and those of the load balancer, which
// have no tags and outlive it for minutes, by their description.
func (s *sweep) interfaces(ctx context.Context) error {
	for _, filters := range [][]types.Filter{s.tagged(), {filter("description", "ELB app/"+s.environment.Name()+"/*")}} {
		pages := ec2.NewDescribeNetworkInterfacesPaginator(s.EC2, &ec2.DescribeNetworkInterfacesInput{Filters: filters})
		if err := each(ctx, pages, func(page *ec2.DescribeNetworkInterfacesOutput) {
			for _, card := range page.NetworkInterfaces {
				s.addOfEC2("network-interface", card.NetworkInterfaceId)
			}
		}); err != nil {
			return err
		}
	}
	return nil
}
