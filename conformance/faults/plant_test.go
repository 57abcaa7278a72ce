package faults

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"photogallery/lambdas"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Planted bugs prove that the explorer finds bugs. Each is a typical mistake in one step.

// plantBug returns the shipped step table with one changed step. operations are the additional
// calls of the changed step, so that its effect is found and not its missing declaration.
func plantBug(name string, change func(step.Step) step.Step, operations ...string) variant {
	steps := lambdas.Steps()
	at := slices.IndexFunc(steps, func(s step.Step) bool { return s.Name == name })
	steps[at] = change(steps[at])
	steps[at].Operations = slices.Clone(steps[at].Operations)
	for _, operation := range operations {
		steps[at].Operations = append(steps[at].Operations, step.Operation{Name: operation, Scope: step.Owned})
	}
	return variant{steps: steps}
}

// fields is a payload or an answer whose fields a planted bug may change.
type fields = map[string]any

// wrapStep runs before ahead of a step, and gives the step other clients.
func wrapStep(s step.Step, clients func(step.Clients) step.Clients, before func(context.Context, step.Clients, fields) (skip fields, err error)) step.Step {
	return step.Define(s, func(original step.Clients, settings step.Settings) func(context.Context, json.RawMessage) (json.RawMessage, error) {
		if clients != nil {
			original = clients(original)
		}
		inner := s.Handler(original, settings, slog.New(slog.DiscardHandler))
		return func(ctx context.Context, payload json.RawMessage) (json.RawMessage, error) {
			if before != nil {
				var in fields
				if err := json.Unmarshal(payload, &in); err != nil {
					return nil, err
				}
				answer, err := before(ctx, original, in)
				if err != nil || answer != nil {
					encoded, broken := json.Marshal(answer)
					return encoded, errors.Join(err, broken)
				}
				if payload, err = json.Marshal(in); err != nil {
					return nil, err
				}
			}
			answer, err := inner.Invoke(ctx, payload)
			return answer, innerError(err)
		}
	})
}

// innerError returns the inner step's error as it was before the Lambda boundary, because it will
// cross another one.
func innerError(err error) error {
	var reported messages.InvokeResponse_Error
	if errors.As(err, &reported) {
		return release.Errorf(release.Code(reported.Type), "%s", reported.Message)
	}
	return err
}
