package promote

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Retire removes what neither the serving release nor a rollback needs.
var Retire = step.Define(step.Step{
	Name:     "Retire",
	Summary:  "Removes older images with their snapshots, older launch template versions, other releases' ttl schedules, old settings and secrets, and builders that a failed undo left.",
	Timeout:  60 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		{Name: "dynamodb:GetItem", Scope: step.StackTable},
		step.Unbound("ec2:DescribeImages"),
		step.Unbound("ec2:DescribeSnapshots"),
		{Name: "s3:DeleteObject", Scope: step.StackSBOMs},
		{Name: "ec2:DeregisterImage", Scope: step.Owned},
		{Name: "ec2:DeleteSnapshot", Scope: step.Owned},
		step.Unbound("ec2:DescribeInstances"),
		{Name: "ec2:TerminateInstances", Scope: step.Owned},
		step.Unbound("ec2:DescribeLaunchTemplateVersions"),
		{Name: "ec2:ModifyLaunchTemplate", Scope: step.Owned},
		{Name: "ec2:DeleteLaunchTemplateVersions", Scope: step.Owned},
		step.Unbound("scheduler:ListSchedules"),
		{Name: "scheduler:DeleteSchedule", Scope: step.ScheduleGroup},
		{Name: "dynamodb:PutItem", Scope: step.StackTable},
		{Name: "s3:DeleteObject", Scope: step.StackSettings},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, RetireInput) (Retired, error) {
	return retirer{clients.EC2, clients.Scheduler, clients.DynamoDB, clients.S3, inventory.SBOMs{API: clients.S3, Bucket: settings.Bucket}, settings}.run
})

// RetireInput is the input of Retire.
type RetireInput struct {
	step.Call
	Plan release.Plan `json:"plan"`
}

// Retired names the removed resources.
type Retired struct {
	Retired []string `json:"retired"`
}

type ec2API interface {
	inventory.ImageFinder
	inventory.ImageRemover
	inventory.VersionRemover
	inventory.InstanceTerminator
	ec2.DescribeInstancesAPIClient
	ec2.DescribeLaunchTemplateVersionsAPIClient
	inventory.Defaulter
}

type schedulerAPI interface {
	scheduler.ListSchedulesAPIClient
	inventory.ScheduleRemover
}

type retirer struct {
	ec2       ec2API
	schedules schedulerAPI
	table     tableAPI
	objects   objectDeleter
	sboms     inventory.SBOMs
	settings  step.Settings
}

// run tries every kind before it returns an error.
func (r retirer) run(ctx context.Context, in RetireInput) (Retired, error) {
	if err := records.RequireLock(ctx, r.table, r.settings.Table, in.Execution); err != nil {
		return Retired{}, err
	}
	serving, err := records.ReadCurrent(ctx, r.table, r.settings.Table)
	if err != nil {
		return Retired{}, err
	}
	if !serving.Serving || serving.Release != in.Plan.Release {
		return Retired{}, release.Errorf(release.LockLost, "release %s is not the one that serves, so nothing is retired for it", in.Plan.Release)
	}
	retired := []string{}
	var failed []error
	for _, retire := range []func(context.Context, release.Current) ([]inventory.Resource, error){
		r.images, r.versions, r.ttlSchedules, r.builders, r.appSettings,
	} {
		gone, err := retire(ctx, serving)
		failed = append(failed, err)
		for _, resource := range gone {
			retired = append(retired, resource.String())
		}
	}
	return Retired{retired}, errors.Join(failed...)
}

func (r retirer) images(ctx context.Context, serving release.Current) ([]inventory.Resource, error) {
	old, err := inventory.Images(ctx, r.ec2, r.settings.Environment, inventory.Selection{Except: []string{serving.Image, serving.FormerImage}})
	if err != nil {
		return nil, err
	}
	return old, inventory.RemoveImages(ctx, r.ec2, r.sboms, old)
}

// versions first makes the serving version the default one: the default cannot be deleted, and the
// first release's version would stay forever.
func (r retirer) versions(ctx context.Context, serving release.Current) ([]inventory.Resource, error) {
	versions, err := inventory.Versions(ctx, r.ec2, r.settings.Environment)
	if err != nil {
		return nil, err
	}
	var old []inventory.Resource
	for _, version := range versions {
		number := inventory.Number(version)
		if number == serving.TemplateVersion && !aws.ToBool(version.DefaultVersion) {
			if err := inventory.MakeDefault(ctx, r.ec2, r.settings.Environment, number); err != nil {
				return nil, err
			}
		}
		if number != serving.TemplateVersion && number != serving.FormerTemplate {
			old = append(old, inventory.Version(version))
		}
	}
	return old, inventory.RemoveVersions(ctx, r.ec2, r.settings.Environment, old)
}

func (r retirer) ttlSchedules(ctx context.Context, serving release.Current) ([]inventory.Resource, error) {
	schedules, err := inventory.TTLSchedules(ctx, r.schedules, r.settings.Environment)
	if err != nil {
		return nil, err
	}
	others := slices.DeleteFunc(schedules, func(schedule inventory.Resource) bool {
		return inventory.IsOf(r.settings.Environment, schedule, serving.Release)
	})
	return others, inventory.RemoveSchedules(ctx, r.schedules, r.settings.Environment, others)
}

// All builders are strays by now: this release's own is terminated, and no other release runs.
func (r retirer) builders(ctx context.Context, _ release.Current) ([]inventory.Resource, error) {
	strays, err := inventory.Instances(ctx, r.ec2, r.settings.Environment, inventory.IsBuilder)
	if err != nil {
		return nil, err
	}
	return strays, inventory.TerminateInstances(ctx, r.ec2, strays)
}
