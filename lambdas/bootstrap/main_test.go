package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"photogallery/lambdas"
)

// environment is what the stack and Lambda set for a function.
var environment = map[string]string{
	"ENVIRONMENT": "main", "ARCHITECTURE": "arm64", "PUBLIC_SUBNETS": "subnet-1,subnet-2", "PRIVATE_SUBNETS": "subnet-3,subnet-4",
	"LOAD_BALANCER_SECURITY_GROUP": "sg-1", "INSTANCE_SECURITY_GROUP": "sg-2", "BUILDER_SECURITY_GROUP": "sg-3",
	"TARGET_GROUP": "arn:tg", "GREEN_TARGET_GROUP": "arn:green", "BUILDER_PROFILE": "arn:builder", "FLEET_PROFILE": "arn:fleet", "RUNNER_PROFILE": "arn:runner", "TABLE": "table", "BUCKET": "bucket",
	"DEFAULT_BUNDLE": "s3://bucket/key", "BASE_IMAGE_PARAMETER": "/aws/base", "RELEASE_MACHINE": "arn:release",
	"TEARDOWN_MACHINE": "arn:teardown", "SCHEDULE_ROLE": "arn:role", "AWS_REGION": "us-east-1", "_HANDLER": "Plan",
}

// The test binary is the function when Lambda's own variable says that it is one.
func TestMain(m *testing.M) {
	if os.Getenv("AWS_LAMBDA_RUNTIME_API") != "" {
		main()
		return
	}
	os.Exit(m.Run())
}

// runtimeAPI returns a Lambda Runtime API with one invocation; what the function posts goes to
// posted.
// https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
func runtimeAPI(payload string, posted chan<- string) http.Handler {
	invocations := make(chan string, 1)
	invocations <- payload
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", func(w http.ResponseWriter, r *http.Request) {
		select {
		case payload := <-invocations:
			w.Header().Set("Lambda-Runtime-Aws-Request-Id", "request-1")
			w.Header().Set("Lambda-Runtime-Deadline-Ms", fmt.Sprint(time.Now().Add(time.Minute).UnixMilli()))
			_, _ = io.WriteString(w, payload)
		case <-r.Context().Done():
		}
	})
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/request-1/{outcome}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			body = []byte(err.Error())
		}
		w.WriteHeader(http.StatusAccepted)
		posted <- r.PathValue("outcome") + " " + string(body)
	})
	return mux
}

func TestRuntimeReportsAFailureByItsCode(t *testing.T) {
	tests := map[string]struct{ payload, without, errorType, message string }{
		"a request that cannot be": {
			`{"execution": "arn:e", "release": "r1", "request": {"minSzie": 2}}`, "", "InvalidRequest", "minSzie",
		},
		"a defect of the state machine": {`{"unknown": 1}`, "", "Unexpected", "unknown"},
		"a stack without a second target group": {
			`{"execution": "arn:e", "release": "r1", "request": {}}`, "GREEN_TARGET_GROUP", "Unexpected",
			"GREEN_TARGET_GROUP is not set: the stack sets it, deploy again",
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			posted := make(chan string, 1)
			host := httptest.NewServer(runtimeAPI(test.payload, posted))
			defer host.Close()
			ctx, cancel := context.WithCancel(t.Context())
			function := exec.CommandContext(ctx, os.Args[0])
			function.Env = []string{"AWS_LAMBDA_RUNTIME_API=" + strings.TrimPrefix(host.URL, "http://")}
			for name, value := range environment {
				if name != test.without {
					function.Env = append(function.Env, name+"="+value)
				}
			}
			var logs strings.Builder
			function.Stdout, function.Stderr = &logs, &logs
			if err := function.Start(); err != nil {
				t.Fatal(err)
			}
			ended := make(chan error, 1)
			go func() { ended <- function.Wait() }()
			var answer string
			select {
			case answer = <-posted:
				cancel()
				<-ended
			case err := <-ended:
				t.Fatalf("it ended: %v\n%s", err, logs.String())
			}
			outcome, body, _ := strings.Cut(answer, " ")
			var failure struct {
				ErrorType    string `json:"errorType"`
				ErrorMessage string `json:"errorMessage"`
			}
			if err := json.Unmarshal([]byte(body), &failure); err != nil {
				t.Fatal(err)
			}
			if outcome != "error" || failure.ErrorType != test.errorType || !strings.Contains(failure.ErrorMessage, test.message) {
				t.Errorf("it posted %s\nand logged %s", answer, logs.String())
			}
			if !strings.Contains(logs.String(), `"code":"`+test.errorType+`"`) {
				t.Errorf("it logged %s", logs.String())
			}
		})
	}
}

func TestMisconfiguredFunctionSaysHow(t *testing.T) {
	tests := map[string]struct {
		missing []string
		want    []string
	}{
		"no such step":      {[]string{"_HANDLER"}, []string{`handler is ""`}},
		"missing variables": {[]string{"TABLE", "BUCKET"}, []string{"TABLE", "BUCKET"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			getenv := func(name string) string {
				for _, missing := range test.missing {
					if name == missing {
						return ""
					}
				}
				return environment[name]
			}
			_, err := newHandler(t.Context(), lambdas.Steps(), getenv, slog.New(slog.DiscardHandler))
			if err == nil {
				t.Fatal("it starts")
			}
			for _, want := range test.want {
				if !strings.Contains(err.Error(), want) {
					t.Errorf("the error %q does not name %s", err, want)
				}
			}
		})
	}
}
