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
	list:    listAlarms(everySlot),
	remove:  removeAlarms,
}

// idleAlarms removes the alarms of the slot that does not serve.
var idleAlarms = Stage{
	Name:    "idle-alarms",
	looks:   looks("cloudwatch:DescribeAlarms"),
	changes: []step.Operation{{Name: "cloudwatch:DeleteAlarms", Scope: step.Named}},
	list:    listAlarms(idleSlot),
	remove:  removeAlarms,
}

func listAlarms(slots func(extent) []release.Slot) func(context.Context, cloud, extent) ([]inventory.Resource, error) {
	return func(ctx context.Context, c cloud, over extent) ([]inventory.Resource, error) {
		var wanted []string
		for _, slot := range slots(over) {
			for _, kind := range release.AlarmKinds() {
				wanted = append(wanted, c.settings.Environment.Alarm(slot, kind))
			}
		}
		return c.alarmsNamed(ctx, wanted)
	}
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
