package inventory

import (
	"context"
	"slices"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/release"
)

const versionKind = "launch template version"

// maxVersions is the limit of one DeleteLaunchTemplateVersions call.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DeleteLaunchTemplateVersions.html
const maxVersions = 200

// VersionRemover is the part of the EC2 client that RemoveVersions uses.
type VersionRemover interface {
	DeleteLaunchTemplateVersions(context.Context, *ec2.DeleteLaunchTemplateVersionsInput, ...func(*ec2.Options)) (*ec2.DeleteLaunchTemplateVersionsOutput, error)
}

// Defaulter is the part of the EC2 client that MakeDefault uses.
type Defaulter interface {
	ModifyLaunchTemplate(context.Context, *ec2.ModifyLaunchTemplateInput, ...func(*ec2.Options)) (*ec2.ModifyLaunchTemplateOutput, error)
}

// MakeDefault makes a version the default of the environment's launch template, so that the former
// default can be deleted.
func MakeDefault(ctx context.Context, api Defaulter, environment release.Environment, number string) error {
	_, err := api.ModifyLaunchTemplate(ctx, &ec2.ModifyLaunchTemplateInput{
		LaunchTemplateName: aws.String(environment.Name()), DefaultVersion: aws.String(number),
	})
	return err
}

// Template describes the environment's launch template, or nil if there is none.
func Template(ctx context.Context, api ec2.DescribeLaunchTemplatesAPIClient, environment release.Environment) (*types.LaunchTemplate, error) {
	out, err := api.DescribeLaunchTemplates(ctx, &ec2.DescribeLaunchTemplatesInput{LaunchTemplateNames: []string{environment.Name()}})
	if release.IsNotFound(err) || err == nil && len(out.LaunchTemplates) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return &out.LaunchTemplates[0], nil
}

// Versions describes every version of the environment's launch template, or none if there is no
// template.
func Versions(ctx context.Context, api ec2.DescribeLaunchTemplateVersionsAPIClient, environment release.Environment) ([]types.LaunchTemplateVersion, error) {
	var versions []types.LaunchTemplateVersion
	pages := ec2.NewDescribeLaunchTemplateVersionsPaginator(api, &ec2.DescribeLaunchTemplateVersionsInput{
		LaunchTemplateName: aws.String(environment.Name()),
	})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if release.IsNotFound(err) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		versions = append(versions, page.LaunchTemplateVersions...)
	}
	return versions, nil
}

// Number returns the number of a version as the group and the recorded state write it.
func Number(version types.LaunchTemplateVersion) string {
	return strconv.FormatInt(aws.ToInt64(version.VersionNumber), 10)
}

// Version returns a launch template version as a resource.
func Version(version types.LaunchTemplateVersion) Resource {
	return Resource{Kind: versionKind, ID: Number(version), Name: aws.ToString(version.VersionDescription)}
}

// RemoveVersions deletes these versions of the environment's launch template. The default version
// cannot be deleted.
func RemoveVersions(ctx context.Context, api VersionRemover, environment release.Environment, versions []Resource) error {
	for batch := range slices.Chunk(versions, maxVersions) {
		var numbers []string
		for _, version := range batch {
			numbers = append(numbers, version.ID)
		}
		out, err := api.DeleteLaunchTemplateVersions(ctx, &ec2.DeleteLaunchTemplateVersionsInput{
			LaunchTemplateName: aws.String(environment.Name()), Versions: numbers,
		})
		if err != nil {
			return vanished(err)
		}
		if err := refused(out.UnsuccessfullyDeletedLaunchTemplateVersions); err != nil {
			return err
		}
	}
	return nil
}

// refused returns the failures that a successful answer reports.
func refused(failures []types.DeleteLaunchTemplateVersionsResponseErrorItem) error {
	for _, failure := range failures {
		if failure.ResponseError == nil {
			continue
		}
		code := release.AwsRefused
		switch failure.ResponseError.Code {
		case types.LaunchTemplateErrorCodeLaunchTemplateVersionDoesNotExist:
			continue
		case types.LaunchTemplateErrorCodeUnexpectedError:
			code = release.AwsUnavailable
		}
		return release.Errorf(code, "delete version %d of launch template %s: %s: %s", aws.ToInt64(failure.VersionNumber),
			aws.ToString(failure.LaunchTemplateName), failure.ResponseError.Code, aws.ToString(failure.ResponseError.Message))
	}
	return nil
}
