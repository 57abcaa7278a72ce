package contract

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/servicequotas"
	"github.com/aws/aws-sdk-go-v2/service/ssm"
)

func network() []Behavior {
	return []Behavior{
		{"DescribeSubnets: the answer has each subnet's zone", "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeSubnets.html", "", func(a *Account) error {
			out, err := a.EC2.DescribeSubnets(a.Context, &ec2.DescribeSubnetsInput{SubnetIds: a.Settings.PublicSubnets})
			if err != nil {
				return err
			}
			zones := map[string]bool{}
			for _, subnet := range out.Subnets {
				zones[*subnet.AvailabilityZone] = true
			}
			return errors.Join(same("subnets", len(out.Subnets), 2), same("zones", len(zones), 2))
		}},
		{"DescribeSubnets: an unknown subnet is InvalidSubnetID.NotFound", ec2Errors, "", func(a *Account) error {
			_, err := a.EC2.DescribeSubnets(a.Context, &ec2.DescribeSubnetsInput{SubnetIds: []string{"subnet-0123456789abcdef0"}})
			return refused(err, "InvalidSubnetID.NotFound")
		}},
		{"DescribeInstanceTypes: an unknown type is InvalidInstanceType", "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html", "", func(a *Account) error {
			_, err := a.EC2.DescribeInstanceTypes(a.Context, &ec2.DescribeInstanceTypesInput{InstanceTypes: []types.InstanceType{"t4g.huge"}})
			return refused(err, "InvalidInstanceType")
		}},
		{"DescribeInstanceTypes: a type has its vCPUs and architectures", "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypes.html", "", func(a *Account) error {
			out, err := a.EC2.DescribeInstanceTypes(a.Context, &ec2.DescribeInstanceTypesInput{InstanceTypes: []types.InstanceType{types.InstanceTypeT4gSmall}})
			if err != nil {
				return err
			}
			return errors.Join(same("vCPUs", *out.InstanceTypes[0].VCpuInfo.DefaultVCpus, 2),
				same("its architecture", out.InstanceTypes[0].ProcessorInfo.SupportedArchitectures[0], types.ArchitectureTypeArm64))
		}},
		{"DescribeInstanceTypeOfferings: by zone, those of one type", "https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeInstanceTypeOfferings.html", "", (*Account).offeringsAreByZone},
		{"GetEbsDefaultKmsKeyId: an account that has chosen no key has AWS's own, by its alias", "https://docs.aws.amazon.com/cli/latest/reference/ec2/get-ebs-default-kms-key-id.html", "", func(a *Account) error {
			out, err := a.EC2.GetEbsDefaultKmsKeyId(a.Context, &ec2.GetEbsDefaultKmsKeyIdInput{})
			if err != nil {
				return err
			}
			return same("the key", *out.KmsKeyId, "alias/aws/ebs")
		}},
		{"GetParameter: Amazon's public parameter names a base image", "https://docs.aws.amazon.com/linux/al2023/ug/ec2.html", "", func(a *Account) error {
			base, err := a.base()
			if err != nil {
				return err
			}
			return same("it begins with ami-", len(base) > 4 && base[:4] == "ami-", true)
		}},
		{"GetParameter: an unknown parameter is ParameterNotFound", "https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_GetParameter.html", "", func(a *Account) error {
			_, err := a.parameter("/aws/service/none")
			return refused(err, "ParameterNotFound")
		}},
		{"GetServiceQuota: the quota of running On-Demand instances is a number of vCPUs", "https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/ec2-on-demand-instances.html",
			"knows the quotas of VPC only", func(a *Account) error {
				out, err := a.Quotas.GetServiceQuota(a.Context, &servicequotas.GetServiceQuotaInput{ServiceCode: aws.String("ec2"), QuotaCode: aws.String("L-1216C47A")})
				if err != nil {
					return err
				}
				return same("it is five or more", *out.Quota.Value >= 5, true)
			}},
	}
}

func (a *Account) parameter(name string) (string, error) {
	out, err := a.SSM.GetParameter(a.Context, &ssm.GetParameterInput{Name: &name})
	if err != nil {
		return "", err
	}
	return *out.Parameter.Value, nil
}

func (a *Account) offeringsAreByZone() error {
	out, err := a.EC2.DescribeInstanceTypeOfferings(a.Context, &ec2.DescribeInstanceTypeOfferingsInput{
		LocationType: types.LocationTypeAvailabilityZone,
		Filters:      []types.Filter{{Name: aws.String("instance-type"), Values: []string{"t4g.small"}}},
	})
	if err != nil {
		return err
	}
	zones := map[string]bool{}
	for _, offering := range out.InstanceTypeOfferings {
		if offering.InstanceType != types.InstanceTypeT4gSmall {
			return errors.New("another type is offered")
		}
		zones[*offering.Location] = true
	}
	return errors.Join(same("us-east-1a", zones["us-east-1a"], true), same("us-east-1b", zones["us-east-1b"], true))
}
