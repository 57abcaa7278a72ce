package teardown

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// ConfirmTeardown decides after the lock whether there is still something to tear down.
var ConfirmTeardown = step.Define(step.Step{
	Name:     "ConfirmTeardown",
	Summary:  "Continue only if the environment must be torn down and the named release still serves.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		{Name: "dynamodb:GetItem", Scope: step.StackTable},
		step.Unbound("cloudwatch:DescribeAlarms"),
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, ConfirmInput) (Confirmation, error) {
	return confirmer{clients.DynamoDB, clients.CloudWatch, settings}.run
})

// ConfirmInput is the input of ConfirmTeardown.
type ConfirmInput struct {
	step.Call
	Plan release.Teardown `json:"plan"`
}

// Confirmation is the answer of ConfirmTeardown.
type Confirmation struct {
	Proceed bool      `json:"proceed"`
	Reason  string    `json:"reason"`
	Stays   bool      `json:"stays"`   // what serves was left alone
	SweepBy time.Time `json:"sweepBy"` // the deadline of each stage
}

// Note says why there is nothing to tear down, if so.
func (c Confirmation) Note() string { return c.Reason }

type confirmer struct {
	table    records.Reader
	alarms   cloudwatch.DescribeAlarmsAPIClient
	settings step.Settings
}

func (c confirmer) run(ctx context.Context, in ConfirmInput) (Confirmation, error) {
	answer := Confirmation{SweepBy: time.Now().UTC().Add(c.settings.Timings.Sweep)}
	if in.Plan.Scope == release.ScopeRelease {
		answer.Reason = "undone: nothing of release " + in.Plan.Undo + " is left but what serves"
		return answer, nil
	}
	serving, err := records.ReadCurrent(ctx, c.table, c.settings.Table)
	if err != nil {
		return Confirmation{}, err
	}
	unvisited := true
	if in.Plan.OnlyIfUnvisited {
		if unvisited, err = c.unvisited(ctx); err != nil {
			return Confirmation{}, err
		}
	}
	switch wanted := in.Plan.OnlyIfServing; {
	case !unvisited:
		answer.Reason = fmt.Sprintf("somebody has visited in the last %s; environment %s stays", c.settings.SleepAfter, c.settings.Environment)
	case in.Plan.OnlyIfUnvisited && !serving.Serving:
		answer.Reason = "nothing serves"
	case wanted == "" || serving.Serving && serving.Release == wanted:
		answer.Proceed, answer.Reason = true, fmt.Sprintf("environment %s is torn down", c.settings.Environment)
	case serving.Serving:
		answer.Reason = fmt.Sprintf("release %s serves by now, not %s; it stays", serving.Release, wanted)
	default:
		answer.Reason = fmt.Sprintf("release %s serves no more", wanted)
	}
	answer.Stays = !answer.Proceed
	return answer, nil
}

// unvisited reports whether nobody has visited for the time of sleepAfter, which may be off by now.
func (c confirmer) unvisited(ctx context.Context) (bool, error) {
	if c.settings.SleepAfter == 0 {
		return false, nil
	}
	out, err := c.alarms.DescribeAlarms(ctx, &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{c.settings.Environment.UnvisitedAlarm()}})
	if err != nil {
		return false, err
	}
	return len(out.MetricAlarms) > 0 && out.MetricAlarms[0].StateValue == types.StateValueAlarm, nil
}
