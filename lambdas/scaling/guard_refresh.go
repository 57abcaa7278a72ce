package scaling

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// GuardRefresh makes the alarm that guards a refresh.
var GuardRefresh = step.Define(step.Step{
	Name:     "GuardRefresh",
	Summary:  "Puts the alarm on unhealthy targets that rolls a refresh back, before the refresh starts.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		{Name: "cloudwatch:PutMetricAlarm", Scope: step.Named},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, GuardRefreshInput) (Guard, error) {
	return guardRefresh{clients.CloudWatch, settings}.run
})

// GuardRefreshInput is the step's input.
type GuardRefreshInput struct {
	step.Call
	Plan         release.Plan `json:"plan"`
	Slot         release.Slot `json:"slot"`
	LoadBalancer string       `json:"loadBalancer"` // ARN
}

// Guard names the alarms for StartRefresh.
type Guard struct {
	Alarms []string `json:"alarms"`
}

type alarmPutter interface {
	PutMetricAlarm(context.Context, *cloudwatch.PutMetricAlarmInput, ...func(*cloudwatch.Options)) (*cloudwatch.PutMetricAlarmOutput, error)
}

type guardRefresh struct {
	api      alarmPutter
	settings step.Settings
}

func (g guardRefresh) run(ctx context.Context, in GuardRefreshInput) (Guard, error) {
	at := placeOf(g.settings, in.Slot, in.LoadBalancer)
	if _, err := g.api.PutMetricAlarm(ctx, at.unhealthyHosts()); err != nil {
		return Guard{}, err
	}
	return Guard{Alarms: []string{g.settings.Environment.Alarm(in.Slot, release.UnhealthyHosts)}}, nil
}
