package sweep

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

const templateKind = "launch template"

type templateAPI interface {
	ec2.DescribeLaunchTemplatesAPIClient
	ec2.DescribeLaunchTemplateVersionsAPIClient
	inventory.VersionRemover
	inventory.Defaulter
	DeleteLaunchTemplate(context.Context, *ec2.DeleteLaunchTemplateInput, ...func(*ec2.Options)) (*ec2.DeleteLaunchTemplateOutput, error)
}

// template removes the launch template with all its versions.
var template = Stage{
	Name:    "template",
	looks:   looks("ec2:DescribeLaunchTemplates"),
	changes: []step.Operation{{Name: "ec2:DeleteLaunchTemplate", Scope: step.Owned}},
	list: func(ctx context.Context, c cloud, _ extent) ([]inventory.Resource, error) {
		found, err := inventory.Template(ctx, c.templates, c.settings.Environment)
		if err != nil || found == nil {
			return nil, err
		}
		return []inventory.Resource{{Kind: templateKind, ID: aws.ToString(found.LaunchTemplateId), Name: aws.ToString(found.LaunchTemplateName)}}, nil
	},
	remove: func(ctx context.Context, c cloud, _ extent, found []inventory.Resource) error {
		_, err := c.templates.DeleteLaunchTemplate(ctx, &ec2.DeleteLaunchTemplateInput{LaunchTemplateId: aws.String(found[0].ID)})
		if release.IsNotFound(err) {
			return nil
		}
		return err
	},
}
