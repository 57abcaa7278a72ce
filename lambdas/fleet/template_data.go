package fleet

import (
	"encoding/base64"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/gallery-ami/recipe"
	"photogallery/internal/release"
	"photogallery/lambdas/step"
)

// templateData is what an instance of the fleet is. It has no public IPv4 address: only the load
// balancer reaches it, and it reaches S3 through the VPC's own endpoint. Where its subnet assigns an
// IPv6 address to what is created there, it gets one without being asked for here.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Subnet.html
func templateData(settings step.Settings, region string, in EnsureTemplateInput) (*types.RequestLaunchTemplateData, error) {
	userData, err := recipe.FleetUserData(recipe.FleetInput{
		Release: in.Plan.Release, Bucket: settings.Bucket, Region: region,
		Uploads: string(settings.Uploads), LogGroup: settings.InstanceLogGroup,
	})
	if err != nil {
		return nil, err
	}
	return &types.RequestLaunchTemplateData{
		ImageId:            aws.String(in.Image),
		InstanceType:       types.InstanceType(in.Plan.InstanceType),
		IamInstanceProfile: &types.LaunchTemplateIamInstanceProfileSpecificationRequest{Arn: aws.String(settings.FleetProfile)},
		MetadataOptions: &types.LaunchTemplateInstanceMetadataOptionsRequest{
			HttpEndpoint:            types.LaunchTemplateInstanceMetadataEndpointStateEnabled,
			HttpTokens:              types.LaunchTemplateHttpTokensStateRequired,
			HttpPutResponseHopLimit: aws.Int32(1),
		},
		// Without it CPU is measured every five minutes, too seldom for alarms of one minute.
		Monitoring: &types.LaunchTemplatesMonitoringRequest{Enabled: aws.Bool(true)},
		NetworkInterfaces: []types.LaunchTemplateInstanceNetworkInterfaceSpecificationRequest{{
			DeviceIndex: aws.Int32(0), AssociatePublicIpAddress: aws.Bool(false), DeleteOnTermination: aws.Bool(true),
			Groups: []string{settings.InstanceSecurityGroup},
		}},
		BlockDeviceMappings: []types.LaunchTemplateBlockDeviceMappingRequest{{
			DeviceName: aws.String("/dev/xvda"), // the root device of Amazon Linux 2023
			Ebs: &types.LaunchTemplateEbsBlockDeviceRequest{
				VolumeType: types.VolumeTypeGp3, Encrypted: aws.Bool(true), DeleteOnTermination: aws.Bool(true),
			},
		}},
		TagSpecifications: instanceTags(settings.Environment),
		UserData:          aws.String(base64.StdEncoding.EncodeToString([]byte(userData))),
	}, nil
}

func instanceTags(environment release.Environment) []types.LaunchTemplateTagSpecificationRequest {
	var specifications []types.LaunchTemplateTagSpecificationRequest
	for _, kind := range []types.ResourceType{types.ResourceTypeInstance, types.ResourceTypeVolume, types.ResourceTypeNetworkInterface} {
		specifications = append(specifications, types.LaunchTemplateTagSpecificationRequest{
			ResourceType: kind,
			Tags: []types.Tag{
				{Key: aws.String("Name"), Value: aws.String(environment.Name())},
				{Key: aws.String(release.TagEnvironment), Value: aws.String(string(environment))},
				{Key: aws.String(release.TagRole), Value: aws.String(release.RoleFleet)},
			},
		})
	}
	return specifications
}

func tagged(environment release.Environment, kind types.ResourceType) []types.TagSpecification {
	return []types.TagSpecification{{
		ResourceType: kind,
		Tags:         []types.Tag{{Key: aws.String(release.TagEnvironment), Value: aws.String(string(environment))}},
	}}
}
