package builder

import (
	"context"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ssm"

	"photogallery/gallery-ami/recipe"
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
	return launcher{
		api: clients.EC2, settings: settings, role: release.RoleBuilder,
		profile: settings.BuilderProfile, groups: []string{settings.BuilderSecurityGroup},
		order: provisioning{clients.SSM, clients.EC2.Options().Region, settings}.order,
	}.run
})

type parameterAPI interface {
	GetParameter(context.Context, *ssm.GetParameterInput, ...func(*ssm.Options)) (*ssm.GetParameterOutput, error)
}

type provisioning struct {
	parameters parameterAPI
	region     string
	settings   step.Settings
}

// order starts a builder from the newest base image. Nothing can connect to it: its security group has
// no inbound rule.
func (p provisioning) order(ctx context.Context, plan release.Plan) (image, userData string, err error) {
	base, err := p.parameters.GetParameter(ctx, &ssm.GetParameterInput{Name: aws.String(p.settings.BaseImageParameter)})
	if err != nil {
		return "", "", err
	}
	userData, err = recipe.BuilderUserData(recipe.BuilderInput{
		Bucket: plan.Bundle.Bucket, Key: plan.Bundle.Key, SHA256: plan.Bundle.SHA256,
		Region: p.region, Release: plan.Release, Source: p.settings.Environment.BuildSource(), LogGroup: p.settings.InstanceLogGroup,
		SBOMBucket: p.settings.Bucket, SBOMKey: release.SBOMKey(plan.Release),
		HealthPath: plan.Bundle.Health(), StartSeconds: strconv.Itoa(int(plan.Bundle.Start().Seconds())),
	})
	if err != nil {
		return "", "", release.Errorf(release.Unexpected, "%w", err)
	}
	return aws.ToString(base.Parameter.Value), userData, nil
}
