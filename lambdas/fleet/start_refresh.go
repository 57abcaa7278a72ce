package fleet

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	cloudwatchtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// StartRefresh rolls a running group to the release.
var StartRefresh = step.Define(step.Step{
	Name:     "StartRefresh",
	Summary:  "Starts the instance refresh that replaces the former release's instances and rolls itself back on an alarm.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("autoscaling:DescribeInstanceRefreshes"),
		step.Unbound("cloudwatch:DescribeAlarms"),
		{Name: "autoscaling:StartInstanceRefresh", Scope: step.Owned},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, StartRefreshInput) (Refresh, error) {
	return startRefresh{clients.AutoScaling, clients.CloudWatch, settings}.run
})

// StartRefreshInput is the step's input.
type StartRefreshInput struct {
	step.Call
	Plan            release.Plan `json:"plan"`
	Slot            release.Slot `json:"slot"`
	TemplateID      string       `json:"templateId"`
	TemplateVersion string       `json:"templateVersion"`
	Alarms          []string     `json:"alarms"` // any of these rolls the refresh back
}

// Refresh is the state of an instance refresh.
type Refresh struct {
	Refresh  string        `json:"refresh"`  // its ID
	Deadline time.Time     `json:"deadline"` // the deadline for it to end
	Status   string        `json:"status"`   // AWS's status
	Percent  int           `json:"percent"`
	Reason   string        `json:"reason"`   // AWS's explanation of the status, often ""
	VerifyBy time.Time     `json:"verifyBy"` // the deadline for the release to answer, if it bakes now
	Verify   LastUnhealthy `json:"verify"`   // the state that VerifyBaking continues with
	Wait     int           `json:"wait"`     // seconds until the next check while it bakes
}

// Note says how far the refresh is, and why.
func (r Refresh) Note() string {
	return strings.TrimSuffix(fmt.Sprintf("%s, %d %%: %s", r.Status, r.Percent, r.Reason), ": ")
}

type refreshStarter interface {
	autoscaling.DescribeInstanceRefreshesAPIClient
	StartInstanceRefresh(context.Context, *autoscaling.StartInstanceRefreshInput, ...func(*autoscaling.Options)) (*autoscaling.StartInstanceRefreshOutput, error)
}

type startRefresh struct {
	api      refreshStarter
	alarms   cloudwatch.DescribeAlarmsAPIClient
	settings step.Settings
}

// run finds the refresh of an earlier run of this step by its template version, which no other
// release has. If another refresh is in progress the error is StillInUse, and the state machine
// waits for it.
func (s startRefresh) run(ctx context.Context, in StartRefreshInput) (Refresh, error) {
	refreshes, err := Refreshes(ctx, s.api, s.settings.Environment.Group(in.Slot))
	if err != nil {
		return Refresh{}, err
	}
	deadline := time.Now().Add(s.settings.Timings.Refresh + s.settings.Requested(in.Plan.BakeSeconds) + time.Duration(in.Plan.MaxSize)*in.Plan.Bundle.Longer()).UTC()
	if own := RefreshTo(refreshes, in.TemplateVersion); own != nil {
		return progress(*own, LastUnhealthy{}, deadline, in.Plan, s.settings), nil
	}
	if err := s.refuseInAlarm(ctx, in.Alarms); err != nil {
		return Refresh{}, err
	}
	out, err := s.api.StartInstanceRefresh(ctx, s.request(in))
	if err != nil {
		return Refresh{}, err
	}
	started := types.InstanceRefresh{InstanceRefreshId: out.InstanceRefreshId, Status: types.InstanceRefreshStatusPending}
	return progress(started, LastUnhealthy{}, deadline, in.Plan, s.settings), nil
}

// refuseInAlarm checks the guarding alarms before AWS does: a refresh under an alarm fails at once,
// and would blame the new release for the former one's trouble.
func (s startRefresh) refuseInAlarm(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil // without names CloudWatch would describe every alarm of the account
	}
	pages := cloudwatch.NewDescribeAlarmsPaginator(s.alarms, &cloudwatch.DescribeAlarmsInput{AlarmNames: names})
	var ringing []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return err
		}
		for _, alarm := range page.MetricAlarms {
			if alarm.StateValue == cloudwatchtypes.StateValueAlarm {
				ringing = append(ringing, aws.ToString(alarm.AlarmName)+" ("+aws.ToString(alarm.StateReason)+")")
			}
		}
	}
	if len(ringing) == 0 {
		return nil
	}
	return release.Errorf(release.RefreshFailed, "the release that serves is in trouble, and a refresh would be rolled back at once: alarm %s; "+
		"wait until it ends, or tear the environment down and release again", strings.Join(ringing, ", "))
}

func (s startRefresh) request(in StartRefreshInput) *autoscaling.StartInstanceRefreshInput {
	preferences := Preferences(s.settings, in.Plan.Bundle.Needs)
	preferences.AutoRollback = aws.Bool(true)
	preferences.AlarmSpecification = &types.AlarmSpecification{Alarms: in.Alarms}
	preferences.BakeTime = aws.Int32(int32(in.Plan.BakeSeconds))
	return &autoscaling.StartInstanceRefreshInput{
		AutoScalingGroupName: aws.String(s.settings.Environment.Group(in.Slot)),
		Strategy:             types.RefreshStrategyRolling,
		Preferences:          preferences,
		DesiredConfiguration: &types.DesiredConfiguration{LaunchTemplate: &types.LaunchTemplateSpecification{
			LaunchTemplateId: aws.String(in.TemplateID), Version: aws.String(in.TemplateVersion),
		}},
	}
}

func progress(refresh types.InstanceRefresh, seen LastUnhealthy, deadline time.Time, plan release.Plan, settings step.Settings) Refresh {
	verify := settings.Timings.VerifyBaking
	if refresh.Status == types.InstanceRefreshStatusBaking {
		// The rest of the bake time is for a rollback.
		verify = min(verify, settings.Requested(plan.BakeSeconds)*3/5)
	}
	return Refresh{
		Refresh:  aws.ToString(refresh.InstanceRefreshId),
		Deadline: deadline,
		Status:   string(refresh.Status),
		Percent:  int(aws.ToInt32(refresh.PercentageComplete)),
		Reason:   aws.ToString(refresh.StatusReason),
		VerifyBy: time.Now().Add(verify).UTC(),
		Verify:   seen,
		Wait:     step.Pause(plan.BakeSeconds),
	}
}
