package builder

import (
	"context"
	"strconv"
	"time"

	"photogallery/gallery-ami/recipe"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// LaunchRunner starts the instance that runs a command once. It is in the builder's subnets, from
// which it reports the result, and in the security groups of both builder and fleet, so that what
// lets the fleet in, such as a database, lets the command in.
var LaunchRunner = step.Define(step.Step{
	Name:     "LaunchRunner",
	Summary:  "Launch the instance that runs a command once, from a release's image.",
	Timeout:  60 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("ec2:DescribeInstances"),
		step.Unbound("ec2:DescribeSubnets"),
		{Name: "ec2:RunInstances", Scope: step.FromOwnImage},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, LaunchInput) (Launched, error) {
	return launcher{
		api: clients.EC2, settings: settings, role: release.RoleRunner,
		profile: settings.RunnerProfile, groups: []string{settings.BuilderSecurityGroup, settings.InstanceSecurityGroup},
		order: running{clients.EC2.Options().Region, settings}.order,
	}.run
})

type running struct {
	region   string
	settings step.Settings
}

func (r running) order(_ context.Context, plan release.Plan) (image, userData string, err error) {
	userData, err = recipe.RunnerUserData(recipe.RunnerInput{
		Bucket: r.settings.Bucket, Command: release.RunCommandKey(plan.Release), Output: release.RunOutputKey(plan.Release),
		Region: r.region, Release: plan.Release, Source: r.settings.Environment.BuildSource(),
		Seconds: strconv.Itoa(plan.RunSeconds), Most: strconv.Itoa(release.MaxRunOutput), Settings: plan.Settings,
	})
	if err != nil {
		return "", "", release.Errorf(release.Unexpected, "%w", err)
	}
	return plan.Image, userData, nil
}
