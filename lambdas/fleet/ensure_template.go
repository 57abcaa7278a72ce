package fleet

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// EnsureTemplate makes the launch template version of a release.
var EnsureTemplate = step.Define(step.Step{
	Name:     "EnsureTemplate",
	Summary:  "Creates the launch template, or a new numbered version of it, for the release's image.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("ec2:DescribeLaunchTemplateVersions"),
		step.Unbound("ec2:DescribeLaunchTemplates"),
		{Name: "ec2:CreateLaunchTemplate", Scope: step.CreatedTagged},
		{Name: "ec2:CreateLaunchTemplateVersion", Scope: step.Owned},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, EnsureTemplateInput) (TemplateVersion, error) {
	return ensureTemplate{clients.EC2, clients.EC2.Options().Region, settings}.run
})

// EnsureTemplateInput is the step's input.
type EnsureTemplateInput struct {
	step.Call
	Plan  release.Plan `json:"plan"`
	Image string       `json:"image"`
}

// TemplateVersion is a numbered version. An instance refresh to $Latest or $Default could not be
// rolled back.
type TemplateVersion struct {
	ID      string `json:"id"`
	Version string `json:"version"`
}

// Note names the version.
func (t TemplateVersion) Note() string { return "version " + t.Version }

type templateMaker interface {
	ec2.DescribeLaunchTemplatesAPIClient
	ec2.DescribeLaunchTemplateVersionsAPIClient
	CreateLaunchTemplate(context.Context, *ec2.CreateLaunchTemplateInput, ...func(*ec2.Options)) (*ec2.CreateLaunchTemplateOutput, error)
	CreateLaunchTemplateVersion(context.Context, *ec2.CreateLaunchTemplateVersionInput, ...func(*ec2.Options)) (*ec2.CreateLaunchTemplateVersionOutput, error)
}

type ensureTemplate struct {
	api      templateMaker
	region   string
	settings step.Settings
}

func (e ensureTemplate) run(ctx context.Context, in EnsureTemplateInput) (TemplateVersion, error) {
	versions, err := inventory.Versions(ctx, e.api, e.settings.Environment)
	if err != nil {
		return TemplateVersion{}, err
	}
	for _, version := range versions {
		if aws.ToString(version.VersionDescription) == in.Plan.Release {
			return TemplateVersion{aws.ToString(version.LaunchTemplateId), inventory.Number(version)}, nil
		}
	}
	data, err := templateData(e.settings, e.region, in)
	if err != nil {
		return TemplateVersion{}, release.Errorf(release.InvalidRequest, "launch template of release %s: %w", in.Plan.Release, err)
	}
	template, err := inventory.Template(ctx, e.api, e.settings.Environment)
	if err != nil {
		return TemplateVersion{}, err
	}
	if template == nil {
		return e.create(ctx, in, data)
	}
	return e.addVersion(ctx, in, data)
}

func (e ensureTemplate) create(ctx context.Context, in EnsureTemplateInput, data *types.RequestLaunchTemplateData) (TemplateVersion, error) {
	out, err := e.api.CreateLaunchTemplate(ctx, &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String(e.settings.Environment.Name()),
		LaunchTemplateData: data,
		VersionDescription: aws.String(in.Plan.Release),
		ClientToken:        e.token("template", in),
		TagSpecifications: []types.TagSpecification{{
			ResourceType: types.ResourceTypeLaunchTemplate, Tags: inventory.Tags(e.settings.Tagged()),
		}},
	})
	if release.IsAlreadyExists(err) {
		return TemplateVersion{}, release.Errorf(release.AwsUnavailable, "launch template %s exists but cannot be seen yet: %w", e.settings.Environment.Name(), err)
	}
	if err != nil {
		return TemplateVersion{}, err
	}
	return TemplateVersion{aws.ToString(out.LaunchTemplate.LaunchTemplateId), "1"}, nil
}

func (e ensureTemplate) addVersion(ctx context.Context, in EnsureTemplateInput, data *types.RequestLaunchTemplateData) (TemplateVersion, error) {
	out, err := e.api.CreateLaunchTemplateVersion(ctx, &ec2.CreateLaunchTemplateVersionInput{
		LaunchTemplateName: aws.String(e.settings.Environment.Name()),
		LaunchTemplateData: data,
		VersionDescription: aws.String(in.Plan.Release),
		ClientToken:        e.token("template version", in),
	})
	if err != nil {
		return TemplateVersion{}, err
	}
	return TemplateVersion{aws.ToString(out.LaunchTemplateVersion.LaunchTemplateId), inventory.Number(*out.LaunchTemplateVersion)}, nil
}

// token returns a client token, so that a lost answer does not lead to a second version. It
// includes the environment, because tokens belong to the account and another environment may have a
// release of the same name.
func (e ensureTemplate) token(what string, in EnsureTemplateInput) *string {
	return aws.String(release.Token(what, string(e.settings.Environment), in.Plan.Release))
}
