package sweep

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

const alarmKind = "alarm"

type alarmAPI interface {
	cloudwatch.DescribeAlarmsAPIClient
	DeleteAlarms(context.Context, *cloudwatch.DeleteAlarmsInput, ...func(*cloudwatch.Options)) (*cloudwatch.DeleteAlarmsOutput, error)
}

// alarms removes the alarms of releases, each by its full name: a prefix would also match other
// environments and the stack's own alarms.
var alarms = Stage{
	Name:    "alarms",
	looks:   looks("cloudwatch:DescribeAlarms"),
	changes: []step.Operation{{Name: "cloudwatch:DeleteAlarms", Scope: step.Named}},
	list: func(ctx context.Context, c cloud, _ extent) ([]inventory.Resource, error) {
		return c.alarmsNamed(ctx, c.settings.Environment.Alarms())
	},
	remove: removeAlarms,
}

// idleAlarms removes the alarms of the slot that does not serve.
var idleAlarms = Stage{
	Name:    "idle-alarms",
	looks:   looks("cloudwatch:DescribeAlarms"),
	changes: []step.Operation{{Name: "cloudwatch:DeleteAlarms", Scope: step.Named}},
	list:    listIdleAlarms,
	remove:  removeAlarms,
}

func listIdleAlarms(ctx context.Context, c cloud, over extent) ([]inventory.Resource, error) {
	var wanted []string
	for _, slot := range idleSlot(over) {
		for _, kind := range release.AlarmKinds() {
			wanted = append(wanted, c.settings.Environment.Alarm(slot, kind))
		}
	}
	return c.alarmsNamed(ctx, wanted)
}

// silence removes the alarms that tell of an outage, before a teardown makes one: visitors who come
// until the load balancer is gone would ring them. What this call does not remove, the stage of
// alarms does, or names.
func (c cloud) silence(ctx context.Context) {
	_, _ = c.alarms.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: c.settings.Environment.Outages()})
}

func (c cloud) alarmsNamed(ctx context.Context, wanted []string) ([]inventory.Resource, error) {
	var found []inventory.Resource
	pages := cloudwatch.NewDescribeAlarmsPaginator(c.alarms, &cloudwatch.DescribeAlarmsInput{AlarmNames: wanted})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, alarm := range page.MetricAlarms {
			found = append(found, inventory.Resource{Kind: alarmKind, ID: aws.ToString(alarm.AlarmName)})
		}
	}
	return found, nil
}

func removeAlarms(ctx context.Context, c cloud, _ extent, found []inventory.Resource) error {
	var gone []string
	for _, alarm := range found {
		gone = append(gone, alarm.ID)
	}
	_, err := c.alarms.DeleteAlarms(ctx, &cloudwatch.DeleteAlarmsInput{AlarmNames: gone})
	if release.IsNotFound(err) {
		return nil
	}
	return err
}
