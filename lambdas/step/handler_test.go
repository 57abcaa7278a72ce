package step_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/smithy-go"

	"photogallery/internal/release"
	"photogallery/lambdas/step"
)

type greetIn struct {
	step.Call
	Name string       `json:"name"`
	Plan release.Plan `json:"plan"`
}

type greetOut struct {
	Greeting string `json:"greeting"`
}

func handler(log *bytes.Buffer, run func(greetIn) (greetOut, error)) step.Handler {
	greet := step.Define(step.Step{Name: "Greet"}, func(step.Clients, step.Settings) func(context.Context, greetIn) (greetOut, error) {
		return func(_ context.Context, in greetIn) (greetOut, error) { return run(in) }
	})
	return greet.Handler(step.Clients{}, step.Settings{}, slog.New(slog.NewJSONHandler(log, nil)))
}

func TestAnErrorCrossesTheLambdaBoundaryByItsCode(t *testing.T) {
	throttled := &smithy.GenericAPIError{Code: "RequestLimitExceeded", Message: "slow down"}
	tests := map[string]struct {
		err  error
		code release.Code
	}{
		"our own":            {release.Errorf(release.BuildFailed, "exit 1"), release.BuildFailed},
		"our own, wrapped":   {fmt.Errorf("bake: %w", release.Errorf(release.BuildFailed, "exit 1")), release.BuildFailed},
		"AWS's, wrapped":     {fmt.Errorf("run instances: %w", throttled), release.Throttled},
		"an unknown error":   {errors.New("no idea"), release.Unexpected},
		"the function's end": {context.DeadlineExceeded, release.AwsUnavailable},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			h := handler(&bytes.Buffer{}, func(greetIn) (greetOut, error) { return greetOut{}, test.err })
			_, err := h.Invoke(context.Background(), []byte(`{}`))
			// The runtime looks for this type without unwrapping: it must be outermost, and a value.
			reported, isValue := err.(messages.InvokeResponse_Error) //nolint:errorlint
			if !isValue || reported.Type != string(test.code) {
				t.Errorf("got %#v, want type %s", err, test.code)
			}
		})
	}
}

func TestAPanicIsReportedAsUnexpected(t *testing.T) {
	var log bytes.Buffer
	h := handler(&log, func(greetIn) (greetOut, error) { panic("a defect") })
	_, err := h.Invoke(context.Background(), []byte(`{}`))
	var reported messages.InvokeResponse_Error
	if !errors.As(err, &reported) || reported.Type != string(release.Unexpected) || !strings.Contains(reported.Message, "a defect") {
		t.Errorf("got %#v", err)
	}
	if !strings.Contains(log.String(), "handler_test.go") {
		t.Error("the log has no stack")
	}
}

func TestAnInputFieldNobodyReadsIsADefect(t *testing.T) {
	h := handler(&bytes.Buffer{}, func(greetIn) (greetOut, error) { return greetOut{}, nil })
	_, err := h.Invoke(context.Background(), []byte(`{"colour": "x"}`))
	if err == nil || !strings.Contains(err.Error(), "colour") {
		t.Errorf("got %v, want the field named", err)
	}
}

func TestEveryRecordCarriesExecutionReleaseAndStep(t *testing.T) {
	var log bytes.Buffer
	h := handler(&log, func(in greetIn) (greetOut, error) { return greetOut{"hello " + in.Name}, nil })
	answer, err := h.Invoke(context.Background(), []byte(
		`{"execution": "arn:aws:states:us-east-1:1:execution:photogallery-main-release:run-7", "name": "you", "plan": {"release": "run-7"}}`))
	if err != nil || string(answer) != `{"greeting":"hello you"}` {
		t.Fatalf("got %s, %v", answer, err)
	}
	var recorded map[string]any
	if err := json.Unmarshal(log.Bytes(), &recorded); err != nil {
		t.Fatal(err)
	}
	for field, want := range map[string]string{"execution": "run-7", "release": "run-7", "step": "Greet"} {
		if recorded[field] != want {
			t.Errorf("%s is %v, want %s", field, recorded[field], want)
		}
	}
}

func TestSettingsNameEveryMissingVariable(t *testing.T) {
	_, err := step.SettingsFrom(func(name string) string {
		if name == "ENVIRONMENT" {
			return "Not Valid"
		}
		return ""
	})
	for _, want := range []string{"TABLE", "BUCKET", "RELEASE_MACHINE", `"Not Valid"`} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not name %s", err, want)
		}
	}
}
