package builder

import (
	"context"
	"encoding/base64"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// LaunchInput is the input of LaunchBuilder and LaunchRunner.
type LaunchInput struct {
	step.Call
	Plan release.Plan `json:"plan"`
}

// Launched is the answer of LaunchBuilder and LaunchRunner.
type Launched struct {
	Instance string `json:"instance"`
	Zone     string `json:"zone"`
}

// Note names the instance and its zone.
func (l Launched) Note() string { return strings.TrimSuffix(l.Instance+" in "+l.Zone, " in ") }

type launcherAPI interface {
	ec2.DescribeInstancesAPIClient
	ec2.DescribeSubnetsAPIClient
	RunInstances(context.Context, *ec2.RunInstancesInput, ...func(*ec2.Options)) (*ec2.RunInstancesOutput, error)
}

// launcher launches one instance for an execution.
type launcher struct {
	api      launcherAPI
	settings step.Settings
	role     string   // its photogallery:role tag
	profile  string   // instance profile ARN
	groups   []string // security groups
	order    func(context.Context, release.Plan) (image, userData string, err error)
}

func (l launcher) run(ctx context.Context, in LaunchInput) (Launched, error) {
	builders, err := of(ctx, l.api, l.settings.Environment, in.Plan.Release)
	if err != nil {
		return Launched{}, err
	}
	for _, builder := range builders {
		if !release.IsEnding(string(state(builder))) {
			return Launched{aws.ToString(builder.InstanceId), zoneOf(builder)}, nil
		}
	}
	image, userData, err := l.order(ctx, in.Plan)
	if err != nil {
		return Launched{}, err
	}
	subnets, err := l.subnets(ctx)
	if err != nil {
		return Launched{}, err
	}
	return l.tryZones(ctx, in, l.request(in.Plan, image, userData), subnets)
}

// tryZones tries the zones in the same order each time, with one client token per zone, so that an
// instance whose launch was not answered and that is not visible yet is returned and not launched
// again. A token with other parameters is refused, so the token includes whatever may differ. It
// includes the environment, because tokens belong to the account and another environment may have a
// release of the same name.
func (l launcher) tryZones(ctx context.Context, in LaunchInput, order ec2.RunInstancesInput, subnets []types.Subnet) (Launched, error) {
	var full []string
	for _, subnet := range subnets {
		zone := aws.ToString(subnet.AvailabilityZone)
		order.ClientToken = aws.String(release.Token(l.role, string(l.settings.Environment), in.Plan.Release, zone, aws.ToString(order.ImageId)))
		order.NetworkInterfaces = l.networkInterfaces(subnet)
		out, err := l.api.RunInstances(ctx, &order)
		if release.CodeOf(err) == release.CapacityUnavailable {
			full = append(full, zone)
			continue
		}
		if err != nil {
			return Launched{}, err
		}
		return Launched{aws.ToString(out.Instances[0].InstanceId), zone}, nil
	}
	return Launched{}, release.Errorf(release.CapacityUnavailable, "no zone has a %s for the %s at the moment (tried %s); try later or give another instanceType", in.Plan.InstanceType, l.role, strings.Join(full, ", "))
}

// subnets returns the public subnets, from which an instance reaches AWS without a NAT gateway.
func (l launcher) subnets(ctx context.Context) ([]types.Subnet, error) {
	out, err := l.api.DescribeSubnets(ctx, &ec2.DescribeSubnetsInput{SubnetIds: l.settings.PublicSubnets})
	if err != nil {
		return nil, err
	}
	slices.SortFunc(out.Subnets, func(a, b types.Subnet) int {
		return strings.Compare(aws.ToString(a.AvailabilityZone), aws.ToString(b.AvailabilityZone))
	})
	return out.Subnets, nil
}

// request returns the request for an instance without its zone. A shutdown from inside terminates the
// instance, because the volume of a stopped one costs money. Nobody can log in to it: it has no key
// pair.
func (l launcher) request(plan release.Plan, image, userData string) ec2.RunInstancesInput {
	return ec2.RunInstancesInput{
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		ImageId:                           aws.String(image),
		InstanceType:                      types.InstanceType(plan.InstanceType),
		InstanceInitiatedShutdownBehavior: types.ShutdownBehaviorTerminate,
		IamInstanceProfile:                &types.IamInstanceProfileSpecification{Arn: aws.String(l.profile)},
		MetadataOptions: &types.InstanceMetadataOptionsRequest{
			HttpEndpoint:            types.InstanceMetadataEndpointStateEnabled,
			HttpTokens:              types.HttpTokensStateRequired,
			HttpPutResponseHopLimit: aws.Int32(1),
		},
		BlockDeviceMappings: []types.BlockDeviceMapping{{
			DeviceName: aws.String("/dev/xvda"), // the root device of Amazon Linux 2023
			Ebs: &types.EbsBlockDevice{
				VolumeType: types.VolumeTypeGp3, Encrypted: aws.Bool(true), KmsKeyId: l.settings.VolumeKey(), DeleteOnTermination: aws.Bool(true),
			},
		}},
		TagSpecifications: l.tags(plan),
		UserData:          aws.String(base64.StdEncoding.EncodeToString([]byte(userData))),
	}
}

func (l launcher) networkInterfaces(subnet types.Subnet) []types.InstanceNetworkInterfaceSpecification {
	return []types.InstanceNetworkInterfaceSpecification{{
		DeviceIndex: aws.Int32(0), SubnetId: subnet.SubnetId, Groups: l.groups,
		AssociatePublicIpAddress: aws.Bool(true), DeleteOnTermination: aws.Bool(true),
	}}
}

func (l launcher) tags(plan release.Plan) []types.TagSpecification {
	tags := inventory.Tags(l.settings.Tagged(
		release.Tag{Key: "Name", Value: l.settings.Environment.Name() + "-" + l.role},
		release.Tag{Key: release.TagRelease, Value: plan.Release},
		release.Tag{Key: release.TagRole, Value: l.role},
	))
	var specifications []types.TagSpecification
	for _, kind := range []types.ResourceType{types.ResourceTypeInstance, types.ResourceTypeVolume, types.ResourceTypeNetworkInterface} {
		specifications = append(specifications, types.TagSpecification{ResourceType: kind, Tags: tags})
	}
	return specifications
}
