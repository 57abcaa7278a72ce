package teardown

import (
	"context"
	"fmt"
	"time"

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
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, ConfirmInput) (Confirmation, error) {
	return confirmer{clients.DynamoDB, settings}.run
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
	SweepBy time.Time `json:"sweepBy"` // the deadline of each stage
}

// Note says why there is nothing to tear down, if so.
func (c Confirmation) Note() string { return c.Reason }

type confirmer struct {
	table    records.Reader
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
	switch wanted := in.Plan.OnlyIfServing; {
	case wanted == "" || serving.Serving && serving.Release == wanted:
		answer.Proceed, answer.Reason = true, fmt.Sprintf("environment %s is torn down", c.settings.Environment)
	case serving.Serving:
		answer.Reason = fmt.Sprintf("release %s serves by now, not %s; it stays", serving.Release, wanted)
	default:
		answer.Reason = fmt.Sprintf("release %s serves no more", wanted)
	}
	return answer, nil
}
