package step_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/smithy-go"

	"photogallery/lambdas/step"
	"photogallery/release"
)

type greetIn struct {
	step.Call
	Name string       `json:"name"`
	Plan release.Plan `json:"plan"`
}

type greetOut struct {
	Greeting string `json:"greeting"`
}

type notedOut struct {
	greetOut
	note string
}

func (n notedOut) Note() string { return n.note }

func handler(log *bytes.Buffer, run func(greetIn) (greetOut, error)) step.Handler {
	greet := step.Define(step.Step{Name: "Greet"}, func(step.Clients, step.Settings) func(context.Context, greetIn) (greetOut, error) {
		return func(_ context.Context, in greetIn) (greetOut, error) { return run(in) }
	})
	return greet.Handler(step.Clients{}, step.Settings{}, slog.New(slog.NewJSONHandler(log, nil)))
}

func TestErrorCrossesTheLambdaBoundaryByItsCode(t *testing.T) {
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

func TestAnswerCarriesItsNote(t *testing.T) {
	for note, want := range map[string]string{
		`3 of "many"`: `{"greeting":"hi","note":"3 of \"many\""}`,
		"":            `{"greeting":"hi"}`,
	} {
		greet := step.Define(step.Step{Name: "Greet"}, func(step.Clients, step.Settings) func(context.Context, greetIn) (notedOut, error) {
			return func(context.Context, greetIn) (notedOut, error) { return notedOut{greetOut{"hi"}, note}, nil }
		})
		h := greet.Handler(step.Clients{}, step.Settings{}, slog.New(slog.DiscardHandler))
		if got, err := h.Invoke(t.Context(), []byte(`{}`)); err != nil || string(got) != want {
			t.Errorf("got %s, %v, want %s", got, err, want)
		}
	}
}

func TestPanicIsReportedAsUnexpected(t *testing.T) {
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

func TestHandlerRefusesUnknownInputFields(t *testing.T) {
	h := handler(&bytes.Buffer{}, func(greetIn) (greetOut, error) { return greetOut{}, nil })
	_, err := h.Invoke(context.Background(), []byte(`{"color": "x"}`))
	if err == nil || !strings.Contains(err.Error(), "color") {
		t.Errorf("got %v, want the field named", err)
	}
}

func TestEveryRecordCarriesExecutionReleaseAndStep(t *testing.T) {
	var log bytes.Buffer
	h := handler(&log, func(in greetIn) (greetOut, error) { return greetOut{"hello " + in.Name}, nil })
	answer, err := h.Invoke(context.Background(), []byte(
		`{"execution": "arn:aws:states:us-east-1:123456789012:execution:photogallery-main-release:run-7", "name": "you", "plan": {"release": "run-7"}}`))
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

func TestDefaultBundleIsForTheStepsThatReadIt(t *testing.T) {
	for _, reads := range []bool{true, false} {
		var told string
		declared := step.Define(step.Step{Name: "Look", DefaultBundle: reads}, func(_ step.Clients, settings step.Settings) func(context.Context, struct{}) (struct{}, error) {
			told = settings.DefaultBundle
			return func(context.Context, struct{}) (struct{}, error) { return struct{}{}, nil }
		})
		set := stackSets()
		if _, err := declared.SettingsFrom(func(name string) string { return set[name] }); (err != nil) != reads || reads && !strings.Contains(err.Error(), "DEFAULT_BUNDLE") {
			t.Errorf("a step that reads it, %t, and is not told: %v", reads, err)
		}
		declared.Handler(step.Clients{}, step.Settings{DefaultBundle: "s3://b/k"}, slog.New(slog.DiscardHandler))
		if (told != "") != reads {
			t.Errorf("a step that reads it, %t, is told %q", reads, told)
		}
	}
}

// stackSets is what the stack sets for every function.
func stackSets() map[string]string {
	return map[string]string{
		"ENVIRONMENT": "main", "ARCHITECTURE": "arm64", "PUBLIC_SUBNETS": "s1,s2", "PRIVATE_SUBNETS": "s3,s4", "LOAD_BALANCER_SECURITY_GROUP": "sg1",
		"INSTANCE_SECURITY_GROUP": "sg2", "BUILDER_SECURITY_GROUP": "sg3", "TARGET_GROUP": "arn", "GREEN_TARGET_GROUP": "arn", "BUILDER_PROFILE": "arn", "FLEET_PROFILE": "arn", "RUNNER_PROFILE": "arn",
		"TABLE": "table", "BUCKET": "bucket", "BASE_IMAGE_PARAMETER": "/p", "RELEASE_MACHINE": "arn",
		"TEARDOWN_MACHINE": "arn", "SCHEDULE_ROLE": "arn",
	}
}

func TestOptionalSettingsGoTogether(t *testing.T) {
	domain := map[string]string{
		"DOMAIN": "photos.example.com", "HOSTED_ZONE": "Z0123456789ABC",
		"CERTIFICATE": "arn:aws:acm:us-east-1:123456789012:certificate/4a6c1b2d-0000-4000-8000-000000000000",
	}
	with := func(more map[string]string) map[string]string {
		all := maps.Clone(domain)
		maps.Copy(all, more)
		return all
	}
	tests := map[string]struct {
		set      map[string]string
		problems []string
	}{
		"nothing":  {nil, nil},
		"a domain": {domain, nil},
		"everything": {with(map[string]string{
			"UPLOADS": "on", "INSTANCE_LOG_GROUP": "/photogallery/main", "ACCESS_LOG_BUCKET": "my-logs", "ACCESS_LOG_PREFIX": "m", "LAB": "on",
			"TAGS": "team=web,cost-center=42", "VPC": "vpc-0123456789abcdef0", "EBS_KEY": "arn:aws:kms:us-east-1:123456789012:key/0ea3fef3-80a7-4778-9d8c-1c0c6f4c3d2a",
		}), nil},
		"AWS's own tag":     {map[string]string{"TAGS": "aws:team=web"}, []string{`TAGS: tag "aws:team" with value "web"`}},
		"no zone":           {with(map[string]string{"HOSTED_ZONE": ""}), []string{"give all or none"}},
		"no domain":         {map[string]string{"CERTIFICATE": domain["CERTIFICATE"]}, []string{"give all or none"}},
		"a URL":             {with(map[string]string{"DOMAIN": "https://photos.example.com/"}), []string{`DOMAIN is "https://`}},
		"one label":         {with(map[string]string{"DOMAIN": "localhost"}), []string{"DOMAIN is"}},
		"a long domain":     {with(map[string]string{"DOMAIN": strings.Repeat("abc.", 63) + "com"}), []string{"255 characters"}},
		"a long log group":  {map[string]string{"INSTANCE_LOG_GROUP": strings.Repeat("g", 513)}, []string{"INSTANCE_LOG_GROUP has 513 characters"}},
		"many at once":      {map[string]string{"UPLOADS": "yes", "INSTANCE_LOG_GROUP": "a b", "ACCESS_LOG_BUCKET": "A"}, []string{"UPLOADS", "INSTANCE_LOG_GROUP", "ACCESS_LOG_BUCKET"}},
		"a lone prefix":     {map[string]string{"ACCESS_LOG_PREFIX": "logs"}, []string{"without ACCESS_LOG_BUCKET"}},
		"a slash behind":    {map[string]string{"ACCESS_LOG_BUCKET": "my-logs", "ACCESS_LOG_PREFIX": "logs/"}, []string{"no / at either end"}},
		"ELB's own part":    {map[string]string{"ACCESS_LOG_BUCKET": "my-logs", "ACCESS_LOG_PREFIX": "AWSLogs"}, []string{"refuses it in a prefix"}},
		"no VPC's ID":       {map[string]string{"VPC": "main"}, []string{`VPC is "main"`, "vpc-0123456789abcdef0"}},
		"an alias of a key": {map[string]string{"EBS_KEY": "alias/photos"}, []string{`EBS_KEY is "alias/photos"`, "alias/aws/ebs"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			set := stackSets()
			maps.Copy(set, test.set)
			settings, err := step.SettingsFrom(func(name string) string { return set[name] })
			if (err == nil) != (test.problems == nil) {
				t.Fatalf("got %v", err)
			}
			for _, want := range test.problems {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("%v does not say %s", err, want)
				}
			}
			if settings.Domain != test.set["DOMAIN"] || settings.AccessLogPrefix != test.set["ACCESS_LOG_PREFIX"] || string(settings.Uploads) != test.set["UPLOADS"] || settings.Tags.String() != test.set["TAGS"] || settings.EBSKey != test.set["EBS_KEY"] || settings.Lab != (test.set["LAB"] == "on") || settings.VPC != test.set["VPC"] {
				t.Errorf("read %+v and the tags %v", settings.Optional, settings.Tags)
			}
		})
	}
}
