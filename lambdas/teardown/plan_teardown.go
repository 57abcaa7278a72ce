// Package teardown holds the steps that decide what a teardown does. Package sweep deletes.
package teardown

import (
	"context"
	"encoding/json"
	"time"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// PlanTeardown checks a teardown's request. It calls nothing.
var PlanTeardown = step.Define(step.Step{
	Name:     "PlanTeardown",
	Summary:  "Check the request and fill in its defaults.",
	Timeout:  10 * time.Second,
	MemoryMB: 128,
}, func(step.Clients, step.Settings) func(context.Context, PlanInput) (release.Teardown, error) {
	return func(_ context.Context, in PlanInput) (release.Teardown, error) {
		request, err := release.ParseTeardown(in.Request)
		if err != nil {
			return release.Teardown{}, err
		}
		return request.Plan(), nil
	}
})

// PlanInput is the input of PlanTeardown.
type PlanInput struct {
	step.Call
	Request json.RawMessage `json:"request"`
}
