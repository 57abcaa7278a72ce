// Package state checks what releases and teardowns have made, through the SDK and without the
// product's own code, on moto and on AWS itself.
package state

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	scalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// Environment is the environment to check.
type Environment struct {
	step.Clients
	Name    release.Environment
	MaxSize int32 // of the fleet, or 0 for the usual one
	Sleeps  bool  // when nobody visits it
}

// Serves returns nil if all resources of a release with the default input are as they should be:
// group, launch template, image, entrance, scaling, no builder, and this many images in all.
// Otherwise the error names every difference. The release is the execution's name.
func (e Environment) Serves(ctx context.Context, release string, images int) error {
	groups, err := e.groups(ctx)
	if err != nil {
		return err
	}
	if len(groups) != 1 {
		return fmt.Errorf("there are %d groups, want one", len(groups))
	}
	group := groups[0]
	var found differences
	e.holds(group, &found)
	builders, err := e.Builders(ctx)
	found.want("builders", builders, 0)
	return errors.Join(err,
		e.launches(ctx, group.LaunchTemplate, release, images, &found),
		e.entrance(ctx, group.TargetGroupARNs[0], &found),
		e.scales(ctx, *group.AutoScalingGroupName, &found),
		found.err())
}

// holds checks the group.
func (e Environment) holds(group scalingtypes.AutoScalingGroup, found *differences) {
	found.want("the group's bounds", []int32{*group.MinSize, *group.DesiredCapacity, *group.MaxSize}, []int32{2, 2, cmp.Or(e.MaxSize, release.DefaultMaxSize)})
	found.want("its health check", aws.ToString(group.HealthCheckType), "ELB")
	found.want("its subnets", len(strings.Split(*group.VPCZoneIdentifier, ",")), 2)
	found.want("its target groups", len(group.TargetGroupARNs), 1)
	found.want("its instances", len(group.Instances), 2)
	found.want("its tag is carried over", slices.ContainsFunc(group.Tags, func(tag scalingtypes.TagDescription) bool {
		return *tag.Key == release.TagEnvironment && *tag.Value == string(e.Name) && *tag.PropagateAtLaunch
	}), true)
}

// Nothing returns nil if nothing of any release is left except this many images, each with its
// snapshot. Otherwise the error counts what is left.
func (e Environment) Nothing(ctx context.Context, images int) error {
	var found differences
	groups, err := e.groups(ctx)
	found.want("groups", len(groups), 0)
	kept, snapshots, failed := e.images(ctx)
	found.want("images and snapshots", []int{len(kept), snapshots}, []int{images, images})
	err = errors.Join(err, failed)
	for what, count := range map[string]func(context.Context) (int, error){
		"load balancers":       e.balancers,
		"alarms":               countOf(e.alarms),
		"launch templates":     e.templates,
		"instances that build": e.Builders,
		"instances that serve": countOf(e.Fleet),
		"schedules":            e.scheduled,
	} {
		n, failed := count(ctx)
		err = errors.Join(err, failed)
		found.want(what, n, 0)
	}
	return errors.Join(found.err(), err)
}

func countOf[Thing any](list func(context.Context) ([]Thing, error)) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) {
		found, err := list(ctx)
		return len(found), err
	}
}

// ours returns EC2's filters for the environment's tag.
func (e Environment) ours(more ...types.Filter) []types.Filter {
	return append([]types.Filter{{Name: aws.String("tag:" + release.TagEnvironment), Values: []string{string(e.Name)}}}, more...)
}

// differences collects the differences from the expected state.
type differences []error

func (d *differences) want(what string, got, want any) {
	if !reflect.DeepEqual(got, want) {
		*d = append(*d, fmt.Errorf("%s: %v, want %v", what, got, want))
	}
}

func (d differences) err() error { return errors.Join(d...) }
