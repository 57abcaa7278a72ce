package fleet

import (
	"encoding/base64"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/gallery-ami/recipe"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// templateData describes an instance of the fleet. It has no public IPv4 address: only the load
// balancer reaches it, and it reaches S3 through the VPC endpoint. It gets an IPv6 address if its
// subnet assigns one.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_Subnet.html
func templateData(settings step.Settings, region string, in EnsureTemplateInput) (*types.RequestLaunchTemplateData, error) {
	userData, err := recipe.FleetUserData(recipe.FleetInput{
		Release: in.Plan.Release, Bucket: settings.Bucket, Region: region,
		Uploads: string(settings.Uploads), LogGroup: settings.InstanceLogGroup, Settings: in.Plan.Settings,
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
		// Basic monitoring measures CPU every five minutes, too seldom for alarms of one minute.
		Monitoring: &types.LaunchTemplatesMonitoringRequest{Enabled: aws.Bool(true)},
		NetworkInterfaces: []types.LaunchTemplateInstanceNetworkInterfaceSpecificationRequest{{
			DeviceIndex: aws.Int32(0), AssociatePublicIpAddress: aws.Bool(false), DeleteOnTermination: aws.Bool(true),
			Groups: []string{settings.InstanceSecurityGroup},
		}},
		BlockDeviceMappings: []types.LaunchTemplateBlockDeviceMappingRequest{{
			DeviceName: aws.String("/dev/xvda"), // the root device of Amazon Linux 2023
			Ebs: &types.LaunchTemplateEbsBlockDeviceRequest{
				VolumeType: types.VolumeTypeGp3, Encrypted: aws.Bool(true), KmsKeyId: settings.VolumeKey(), DeleteOnTermination: aws.Bool(true),
			},
		}},
		TagSpecifications: instanceTags(settings),
		UserData:          aws.String(base64.StdEncoding.EncodeToString([]byte(userData))),
	}, nil
}

func instanceTags(settings step.Settings) []types.LaunchTemplateTagSpecificationRequest {
	var specifications []types.LaunchTemplateTagSpecificationRequest
	for _, kind := range []types.ResourceType{types.ResourceTypeInstance, types.ResourceTypeVolume, types.ResourceTypeNetworkInterface} {
		specifications = append(specifications, types.LaunchTemplateTagSpecificationRequest{
			ResourceType: kind,
			Tags: inventory.Tags(settings.Tagged(
				release.Tag{Key: "Name", Value: settings.Environment.Name()},
				release.Tag{Key: release.TagRole, Value: release.RoleFleet},
			)),
		})
	}
	return specifications
}
