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

// Planted bugs show that the explorer sees what it is there to see: each is one of the mistakes that
// such a system is prone to, put into one step.

// planted is the shipped step table with one step changed. operations are what the changed step
// calls besides, so that the mistake shows by what it does and not by a missing declaration.
func planted(name string, change func(step.Step) step.Step, operations ...string) variant {
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

// wrapped runs a step with something done before and after it, and with other clients.
func wrapped(s step.Step, clients func(step.Clients) step.Clients, before func(context.Context, step.Clients, fields) (skip fields, err error)) step.Step {
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
			return answer, unboxed(err)
		}
	})
}

// unboxed is the inner step's error as it was before it crossed its boundary: it will cross another.
func unboxed(err error) error {
	var reported messages.InvokeResponse_Error
	if errors.As(err, &reported) {
		return release.Errorf(release.Code(reported.Type), "%s", reported.Message)
	}
	return err
}
