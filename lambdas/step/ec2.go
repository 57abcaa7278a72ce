package step

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
)

// EC2 is the client of EC2 with the operations that are called, and those alone; see Clients.
type EC2 ec2.Client

// Options returns a copy of the client's options.
func (c *EC2) Options() ec2.Options { return (*ec2.Client)(c).Options() }

// CreateImage calls the operation of this name.
func (c *EC2) CreateImage(ctx context.Context, in *ec2.CreateImageInput, options ...func(*ec2.Options)) (*ec2.CreateImageOutput, error) {
	return (*ec2.Client)(c).CreateImage(ctx, in, options...)
}

// CreateLaunchTemplate calls the operation of this name.
func (c *EC2) CreateLaunchTemplate(ctx context.Context, in *ec2.CreateLaunchTemplateInput, options ...func(*ec2.Options)) (*ec2.CreateLaunchTemplateOutput, error) {
	return (*ec2.Client)(c).CreateLaunchTemplate(ctx, in, options...)
}

// CreateLaunchTemplateVersion calls the operation of this name.
func (c *EC2) CreateLaunchTemplateVersion(ctx context.Context, in *ec2.CreateLaunchTemplateVersionInput, options ...func(*ec2.Options)) (*ec2.CreateLaunchTemplateVersionOutput, error) {
	return (*ec2.Client)(c).CreateLaunchTemplateVersion(ctx, in, options...)
}

// DeleteLaunchTemplate calls the operation of this name.
func (c *EC2) DeleteLaunchTemplate(ctx context.Context, in *ec2.DeleteLaunchTemplateInput, options ...func(*ec2.Options)) (*ec2.DeleteLaunchTemplateOutput, error) {
	return (*ec2.Client)(c).DeleteLaunchTemplate(ctx, in, options...)
}

// DeleteLaunchTemplateVersions calls the operation of this name.
func (c *EC2) DeleteLaunchTemplateVersions(ctx context.Context, in *ec2.DeleteLaunchTemplateVersionsInput, options ...func(*ec2.Options)) (*ec2.DeleteLaunchTemplateVersionsOutput, error) {
	return (*ec2.Client)(c).DeleteLaunchTemplateVersions(ctx, in, options...)
}

// DeleteSnapshot calls the operation of this name.
func (c *EC2) DeleteSnapshot(ctx context.Context, in *ec2.DeleteSnapshotInput, options ...func(*ec2.Options)) (*ec2.DeleteSnapshotOutput, error) {
	return (*ec2.Client)(c).DeleteSnapshot(ctx, in, options...)
}

// DeregisterImage calls the operation of this name.
func (c *EC2) DeregisterImage(ctx context.Context, in *ec2.DeregisterImageInput, options ...func(*ec2.Options)) (*ec2.DeregisterImageOutput, error) {
	return (*ec2.Client)(c).DeregisterImage(ctx, in, options...)
}

// DescribeAddresses calls the operation of this name.
func (c *EC2) DescribeAddresses(ctx context.Context, in *ec2.DescribeAddressesInput, options ...func(*ec2.Options)) (*ec2.DescribeAddressesOutput, error) {
	return (*ec2.Client)(c).DescribeAddresses(ctx, in, options...)
}

// DescribeAvailabilityZones calls the operation of this name.
func (c *EC2) DescribeAvailabilityZones(ctx context.Context, in *ec2.DescribeAvailabilityZonesInput, options ...func(*ec2.Options)) (*ec2.DescribeAvailabilityZonesOutput, error) {
	return (*ec2.Client)(c).DescribeAvailabilityZones(ctx, in, options...)
}

// DescribeImages calls the operation of this name.
func (c *EC2) DescribeImages(ctx context.Context, in *ec2.DescribeImagesInput, options ...func(*ec2.Options)) (*ec2.DescribeImagesOutput, error) {
	return (*ec2.Client)(c).DescribeImages(ctx, in, options...)
}

// DescribeInstanceTypeOfferings calls the operation of this name.
func (c *EC2) DescribeInstanceTypeOfferings(ctx context.Context, in *ec2.DescribeInstanceTypeOfferingsInput, options ...func(*ec2.Options)) (*ec2.DescribeInstanceTypeOfferingsOutput, error) {
	return (*ec2.Client)(c).DescribeInstanceTypeOfferings(ctx, in, options...)
}

// DescribeInstanceTypes calls the operation of this name.
func (c *EC2) DescribeInstanceTypes(ctx context.Context, in *ec2.DescribeInstanceTypesInput, options ...func(*ec2.Options)) (*ec2.DescribeInstanceTypesOutput, error) {
	return (*ec2.Client)(c).DescribeInstanceTypes(ctx, in, options...)
}

// DescribeInstances calls the operation of this name.
func (c *EC2) DescribeInstances(ctx context.Context, in *ec2.DescribeInstancesInput, options ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error) {
	return (*ec2.Client)(c).DescribeInstances(ctx, in, options...)
}

// DescribeInternetGateways calls the operation of this name.
func (c *EC2) DescribeInternetGateways(ctx context.Context, in *ec2.DescribeInternetGatewaysInput, options ...func(*ec2.Options)) (*ec2.DescribeInternetGatewaysOutput, error) {
	return (*ec2.Client)(c).DescribeInternetGateways(ctx, in, options...)
}

// DescribeLaunchTemplateVersions calls the operation of this name.
func (c *EC2) DescribeLaunchTemplateVersions(ctx context.Context, in *ec2.DescribeLaunchTemplateVersionsInput, options ...func(*ec2.Options)) (*ec2.DescribeLaunchTemplateVersionsOutput, error) {
	return (*ec2.Client)(c).DescribeLaunchTemplateVersions(ctx, in, options...)
}

// DescribeLaunchTemplates calls the operation of this name.
func (c *EC2) DescribeLaunchTemplates(ctx context.Context, in *ec2.DescribeLaunchTemplatesInput, options ...func(*ec2.Options)) (*ec2.DescribeLaunchTemplatesOutput, error) {
	return (*ec2.Client)(c).DescribeLaunchTemplates(ctx, in, options...)
}

// DescribeNetworkInterfaces calls the operation of this name.
func (c *EC2) DescribeNetworkInterfaces(ctx context.Context, in *ec2.DescribeNetworkInterfacesInput, options ...func(*ec2.Options)) (*ec2.DescribeNetworkInterfacesOutput, error) {
	return (*ec2.Client)(c).DescribeNetworkInterfaces(ctx, in, options...)
}

// DescribeRouteTables calls the operation of this name.
func (c *EC2) DescribeRouteTables(ctx context.Context, in *ec2.DescribeRouteTablesInput, options ...func(*ec2.Options)) (*ec2.DescribeRouteTablesOutput, error) {
	return (*ec2.Client)(c).DescribeRouteTables(ctx, in, options...)
}

// DescribeSecurityGroups calls the operation of this name.
func (c *EC2) DescribeSecurityGroups(ctx context.Context, in *ec2.DescribeSecurityGroupsInput, options ...func(*ec2.Options)) (*ec2.DescribeSecurityGroupsOutput, error) {
	return (*ec2.Client)(c).DescribeSecurityGroups(ctx, in, options...)
}

// DescribeSnapshots calls the operation of this name.
func (c *EC2) DescribeSnapshots(ctx context.Context, in *ec2.DescribeSnapshotsInput, options ...func(*ec2.Options)) (*ec2.DescribeSnapshotsOutput, error) {
	return (*ec2.Client)(c).DescribeSnapshots(ctx, in, options...)
}

// DescribeSubnets calls the operation of this name.
func (c *EC2) DescribeSubnets(ctx context.Context, in *ec2.DescribeSubnetsInput, options ...func(*ec2.Options)) (*ec2.DescribeSubnetsOutput, error) {
	return (*ec2.Client)(c).DescribeSubnets(ctx, in, options...)
}

// DescribeVolumes calls the operation of this name.
func (c *EC2) DescribeVolumes(ctx context.Context, in *ec2.DescribeVolumesInput, options ...func(*ec2.Options)) (*ec2.DescribeVolumesOutput, error) {
	return (*ec2.Client)(c).DescribeVolumes(ctx, in, options...)
}

// DescribeVpcEndpoints calls the operation of this name.
func (c *EC2) DescribeVpcEndpoints(ctx context.Context, in *ec2.DescribeVpcEndpointsInput, options ...func(*ec2.Options)) (*ec2.DescribeVpcEndpointsOutput, error) {
	return (*ec2.Client)(c).DescribeVpcEndpoints(ctx, in, options...)
}

// DescribeVpcs calls the operation of this name.
func (c *EC2) DescribeVpcs(ctx context.Context, in *ec2.DescribeVpcsInput, options ...func(*ec2.Options)) (*ec2.DescribeVpcsOutput, error) {
	return (*ec2.Client)(c).DescribeVpcs(ctx, in, options...)
}

// GetEbsDefaultKmsKeyId calls the operation of this name.
func (c *EC2) GetEbsDefaultKmsKeyId(ctx context.Context, in *ec2.GetEbsDefaultKmsKeyIdInput, options ...func(*ec2.Options)) (*ec2.GetEbsDefaultKmsKeyIdOutput, error) {
	return (*ec2.Client)(c).GetEbsDefaultKmsKeyId(ctx, in, options...)
}

// ModifyLaunchTemplate calls the operation of this name.
func (c *EC2) ModifyLaunchTemplate(ctx context.Context, in *ec2.ModifyLaunchTemplateInput, options ...func(*ec2.Options)) (*ec2.ModifyLaunchTemplateOutput, error) {
	return (*ec2.Client)(c).ModifyLaunchTemplate(ctx, in, options...)
}

// RunInstances calls the operation of this name.
func (c *EC2) RunInstances(ctx context.Context, in *ec2.RunInstancesInput, options ...func(*ec2.Options)) (*ec2.RunInstancesOutput, error) {
	return (*ec2.Client)(c).RunInstances(ctx, in, options...)
}

// TerminateInstances calls the operation of this name.
func (c *EC2) TerminateInstances(ctx context.Context, in *ec2.TerminateInstancesInput, options ...func(*ec2.Options)) (*ec2.TerminateInstancesOutput, error) {
	return (*ec2.Client)(c).TerminateInstances(ctx, in, options...)
}
