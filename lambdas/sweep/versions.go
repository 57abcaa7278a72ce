package sweep

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
)

// versions removes the launch template versions of one release, found by their description. For a
// serving release it removes all versions except the one that serves and the one for a rollback.
var versions = Stage{
	Name:  "template-versions",
	looks: looks("ec2:DescribeLaunchTemplateVersions"),
	changes: []step.Operation{
		{Name: "ec2:ModifyLaunchTemplate", Scope: step.Owned},
		{Name: "ec2:DeleteLaunchTemplateVersions", Scope: step.Owned},
	},
	list: func(ctx context.Context, c cloud, over extent) ([]inventory.Resource, error) {
		all, err := inventory.Versions(ctx, c.templates, c.settings.Environment)
		if err != nil {
			return nil, err
		}
		var found []inventory.Resource
		for _, version := range all {
			number := inventory.Number(version)
			needed := number == over.current.TemplateVersion || number == over.current.FormerTemplate
			if (over.promoted || aws.ToString(version.VersionDescription) == over.release) && !needed {
				found = append(found, inventory.Version(version))
			}
		}
		return found, nil
	},
	remove: func(ctx context.Context, c cloud, over extent, found []inventory.Resource) error {
		if over.promoted {
			if err := inventory.MakeDefault(ctx, c.templates, c.settings.Environment, over.current.TemplateVersion); err != nil {
				return err
			}
		}
		return inventory.RemoveVersions(ctx, c.templates, c.settings.Environment, found)
	},
}
