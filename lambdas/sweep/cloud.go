package sweep

import (
	"cmp"
	"context"
	"reflect"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/scheduler"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// cloud holds the clients of the stages. Each stage's file declares its interface.
type cloud struct {
	groups    groupAPI
	instances instanceAPI
	images    imageAPI
	templates templateAPI
	balancers balancerAPI
	listeners listenerAPI
	network   networkAPI
	alarms    alarmAPI
	schedules scheduleAPI
	records   recordAPI
	table     tableAPI
	sboms     inventory.SBOMs
	settings  step.Settings
}

type tableAPI interface {
	records.Reader
	records.Writer
}

type imageAPI interface {
	inventory.ImageFinder
	inventory.ImageRemover
}

type scheduleAPI interface {
	scheduler.ListSchedulesAPIClient
	inventory.ScheduleRemover
}

func reach(clients step.Clients, settings step.Settings) cloud {
	return cloud{
		groups: clients.AutoScaling, instances: clients.EC2, images: clients.EC2, templates: clients.EC2,
		balancers: clients.ELB, listeners: clients.ELB, network: clients.EC2, alarms: clients.CloudWatch, schedules: clients.Scheduler,
		records: clients.Route53, table: clients.DynamoDB, sboms: inventory.SBOMs{API: clients.S3, Bucket: settings.Bucket}, settings: settings,
	}
}

func (c cloud) current(ctx context.Context) (release.Current, error) {
	return records.ReadCurrent(ctx, c.table, c.settings.Table)
}

// record changes the recorded state. It writes nothing if change changes nothing.
func (c cloud) record(ctx context.Context, change func(*release.Current)) error {
	recorded, err := c.current(ctx)
	if err != nil {
		return err
	}
	changed := recorded
	change(&changed)
	if reflect.DeepEqual(changed, recorded) {
		return nil
	}
	return records.WriteCurrent(ctx, c.table, c.settings.Table, changed)
}

// round lists, removes what does not leave by itself, and lists again. If it cannot even begin, it
// removes nothing, and what it has listed is left.
func (c cloud) round(ctx context.Context, stage Stage, over extent) (left []inventory.Resource, removed []string, err error) {
	var unprepared error
	if stage.prepare != nil {
		unprepared = stage.prepare(ctx, c, over)
	}
	found, err := stage.list(ctx, c, over)
	if unprepared != nil || err != nil {
		return found, nil, cmp.Or(unprepared, err)
	}
	var staying []inventory.Resource
	for _, resource := range found {
		if !resource.Leaving {
			staying = append(staying, resource)
			removed = append(removed, resource.String())
		}
	}
	if len(staying) == 0 {
		return found, nil, nil
	}
	if err := stage.remove(ctx, c, over, staying); err != nil {
		return found, nil, err
	}
	left, err = stage.list(ctx, c, over)
	return left, removed, err
}

// list lists the resources of all stages.
func (c cloud) list(ctx context.Context, stages []Stage, over extent) ([]inventory.Resource, error) {
	all := []inventory.Resource{}
	for _, stage := range stages {
		found, err := stage.list(ctx, c, over)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

func names(resources []inventory.Resource) string {
	var all []string
	for _, resource := range resources {
		all = append(all, resource.String())
	}
	return strings.Join(all, ", ")
}
