package runtimeapi_test

import (
	"encoding/json"
	"errors"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda"

	"photogallery/conformance/runtimeapi"
)

// The test binary is a function when Lambda's own variable says so.
func TestMain(m *testing.M) {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") == "" {
		os.Exit(m.Run())
	}
	lambda.Start(func(in map[string]string) (map[string]string, error) {
		switch in["do"] {
		case "fail":
			return nil, errors.New("on purpose")
		case "sleep":
			select {}
		case "exit":
			os.Exit(3)
		}
		return map[string]string{"handler": os.Getenv("_HANDLER"), "variable": os.Getenv("VARIABLE"), "home": os.Getenv("HOME")}, nil
	})
}

func start(t *testing.T, timeout time.Duration) *runtimeapi.Host {
	t.Helper()
	var log strings.Builder
	host, err := runtimeapi.Start(runtimeapi.Function{
		Executable: os.Args[0], Handler: "Plan", Environment: map[string]string{"VARIABLE": "value"}, Timeout: timeout, Log: &log,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		host.Close()
		if t.Failed() {
			t.Log(log.String())
		}
	})
	return host
}

func TestFunctionIsInvokedRepeatedly(t *testing.T) {
	host := start(t, time.Minute)
	for range 3 {
		answer, err := host.Invoke(t.Context(), []byte(`{}`))
		if err != nil || answer.Failed || string(answer.Payload) != `{"handler":"Plan","home":"","variable":"value"}` {
			t.Errorf("it answers %s, %v", answer.Payload, err)
		}
	}
}

func TestFailureHasItsType(t *testing.T) {
	host := start(t, time.Minute)
	answer, err := host.Invoke(t.Context(), []byte(`{"do": "fail"}`))
	if err != nil || !answer.Failed {
		t.Fatalf("it answers %s, %v", answer.Payload, err)
	}
	var failure struct{ ErrorType, ErrorMessage string }
	if err := json.Unmarshal(answer.Payload, &failure); err != nil || failure.ErrorType != "errorString" || failure.ErrorMessage != "on purpose" {
		t.Errorf("it fails with %s, %v", answer.Payload, err)
	}
}

func TestFunctionOutOfTimeIsKilled(t *testing.T) {
	host := start(t, 200*time.Millisecond)
	answer, err := host.Invoke(t.Context(), []byte(`{"do": "sleep"}`))
	if err != nil || !answer.Failed || !strings.Contains(string(answer.Payload), "Sandbox.Timedout") {
		t.Errorf("it answers %s, %v", answer.Payload, err)
	}
	if _, err := host.Invoke(t.Context(), []byte(`{}`)); err == nil {
		t.Error("it answers after its end")
	}
}

func TestEndedProcessIsReported(t *testing.T) {
	host := start(t, time.Minute)
	if _, err := host.Invoke(t.Context(), []byte(`{"do": "exit"}`)); err == nil || !strings.Contains(err.Error(), "exit status 3") {
		t.Errorf("got %v", err)
	}
}
