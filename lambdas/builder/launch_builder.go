package builder

import (
	"context"
	"encoding/base64"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"photogallery/gallery-ami/recipe"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// LaunchBuilder starts the builder of a release, once.
var LaunchBuilder = step.Define(step.Step{
	Name:     "LaunchBuilder",
	Summary:  "Launch the builder, in whichever zone has room for it.",
	Timeout:  60 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("ec2:DescribeInstances"),
		step.Unbound("ec2:DescribeSubnets"),
		{Name: "ssm:GetParameter", Scope: step.PublicParameter},
		{Name: "ec2:RunInstances", Scope: step.CreatedTagged},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, LaunchInput) (Launched, error) {
	return launcher{clients.EC2, clients.SSM, clients.EC2.Options().Region, settings}.run
})

// LaunchInput is the input of LaunchBuilder.
type LaunchInput struct {
	step.Call
	Plan release.Plan `json:"plan"`
}

// Launched is the answer of LaunchBuilder.
type Launched struct {
	Instance string `json:"instance"`
	Zone     string `json:"zone"`
}

// Note names the builder and its zone.
func (l Launched) Note() string { return strings.TrimSuffix(l.Instance+" in "+l.Zone, " in ") }

type launcherAPI interface {
	ec2.DescribeInstancesAPIClient
	ec2.DescribeSubnetsAPIClient
	RunInstances(context.Context, *ec2.RunInstancesInput, ...func(*ec2.Options)) (*ec2.RunInstancesOutput, error)
}

type parameterAPI interface {
	GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error)
}

type launcher struct {
	api        launcherAPI
	parameters parameterAPI
	region     string
	settings   step.Settings
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
	order, err := l.order(ctx, in.Plan)
	if err != nil {
		return Launched{}, err
	}
	subnets, err := l.subnets(ctx)
	if err != nil {
		return Launched{}, err
	}
	return l.tryZones(ctx, in, order, subnets)
}

// tryZones tries the zones in the same order each time, with one client token per zone, so that a
// builder whose launch was not answered and that is not visible yet is returned and not launched
// again. A token with other parameters is refused, so the token includes whatever may differ. It
// includes the environment, because tokens belong to the account and another environment may have a
// release of the same name.
func (l launcher) tryZones(ctx context.Context, in LaunchInput, order ec2.RunInstancesInput, subnets []types.Subnet) (Launched, error) {
	var full []string
	for _, subnet := range subnets {
		zone := aws.ToString(subnet.AvailabilityZone)
		order.ClientToken = aws.String(release.Token("builder", string(l.settings.Environment), in.Plan.Release, zone, aws.ToString(order.ImageId)))
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
	return Launched{}, release.Errorf(release.CapacityUnavailable, "no zone has a %s for the builder at the moment (tried %s); try later or give another instanceType", in.Plan.InstanceType, strings.Join(full, ", "))
}

// subnets returns the public subnets, from which a builder reaches AWS and its bundle without a NAT
// gateway.
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

// order returns the request for a builder without its zone. A shutdown from inside terminates the
// builder, because the volume of a stopped instance costs money. Nothing can connect to it: it has
// no key pair and no inbound rule.
func (l launcher) order(ctx context.Context, plan release.Plan) (ec2.RunInstancesInput, error) {
	base, err := l.parameters.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(l.settings.BaseImageParameter)})
	if err != nil {
		return ec2.RunInstancesInput{}, err
	}
	userData, err := recipe.BuilderUserData(recipe.BuilderInput{
		Bucket: plan.Bundle.Bucket, Key: plan.Bundle.Key, SHA256: plan.Bundle.SHA256,
		Region: l.region, Release: plan.Release, Source: l.settings.Environment.BuildSource(), LogGroup: l.settings.InstanceLogGroup,
		SBOMBucket: l.settings.Bucket, SBOMKey: release.SBOMKey(plan.Release),
		HealthPath: plan.Bundle.Health(), StartSeconds: strconv.Itoa(int(plan.Bundle.Start().Seconds())),
	})
	if err != nil {
		return ec2.RunInstancesInput{}, release.Errorf(release.Unexpected, "%w", err)
	}
	return ec2.RunInstancesInput{
		MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		ImageId:                           base.Parameter.Value,
		InstanceType:                      types.InstanceType(plan.InstanceType),
		InstanceInitiatedShutdownBehavior: types.ShutdownBehaviorTerminate,
		IamInstanceProfile:                &types.IamInstanceProfileSpecification{Arn: aws.String(l.settings.BuilderProfile)},
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
	}, nil
}

func (l launcher) networkInterfaces(subnet types.Subnet) []types.InstanceNetworkInterfaceSpecification {
	return []types.InstanceNetworkInterfaceSpecification{{
		DeviceIndex: aws.Int32(0), SubnetId: subnet.SubnetId, Groups: []string{l.settings.BuilderSecurityGroup},
		AssociatePublicIpAddress: aws.Bool(true), DeleteOnTermination: aws.Bool(true),
	}}
}

func (l launcher) tags(plan release.Plan) []types.TagSpecification {
	tags := inventory.Tags(l.settings.Tagged(
		release.Tag{Key: "Name", Value: l.settings.Environment.Name() + "-builder"},
		release.Tag{Key: release.TagRelease, Value: plan.Release},
		release.Tag{Key: release.TagRole, Value: release.RoleBuilder},
	))
	var specifications []types.TagSpecification
	for _, kind := range []types.ResourceType{types.ResourceTypeInstance, types.ResourceTypeVolume, types.ResourceTypeNetworkInterface} {
		specifications = append(specifications, types.TagSpecification{ResourceType: kind, Tags: tags})
	}
	return specifications
}
