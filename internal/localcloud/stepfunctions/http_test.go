package stepfunctions_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"
)

const story = `{"StartAt": "Both", "States": {
	"Both": {"Type": "Parallel", "End": true, "Branches": [
		{"StartAt": "Do", "States": {"Do": {"Type": "Task", "Resource": "${Do}", "TimeoutSeconds": 90, "End": true}}},
		{"StartAt": "Call", "States": {"Call": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
			"Parameters": {"FunctionName": "${Call}", "Payload": {"n": 1, "token.$": "$$.Task.Token"}}, "End": true}}}]}}}`

// storyWorld has the functions of the story: one answers, the other completes its token.
func storyWorld(t *testing.T) (w world) {
	t.Helper()
	w = newWorld(t, map[string]handler{
		"Do": func(_ context.Context, payload []byte) ([]byte, error) { return payload, nil },
		"Call": func(ctx context.Context, payload []byte) ([]byte, error) {
			var in struct{ Token string }
			if err := json.Unmarshal(payload, &in); err != nil {
				return nil, err
			}
			_, err := w.client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &in.Token, Output: aws.String(`{"StatusCode":200}`)})
			return []byte("null"), err
		},
	})
	return w
}

// overWire returns a real client on a real socket, as the command line has one.
func overWire(t *testing.T, w world) (client *sfn.Client, url string) {
	t.Helper()
	server := httptest.NewServer(w.service.Handler())
	t.Cleanup(server.Close)
	return sfn.New(sfn.Options{
		Region: "us-east-1", BaseEndpoint: &server.URL, Retryer: aws.NopRetryer{},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "local", SecretAccessKey: "local"}, nil
		}),
	}), server.URL
}

func TestRealClientRunsAnExecutionOverHTTP(t *testing.T) {
	w := storyWorld(t)
	m := w.machine("m", story)
	client, _ := overWire(t, w)

	started, err := client.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &m, Input: aws.String(`{"a": "ü"}`)})
	if err != nil {
		t.Fatal(err)
	}
	end := w.await(*started.ExecutionArn)
	described, err := client.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn})
	if err != nil {
		t.Fatal(err)
	}
	if described.Status != types.ExecutionStatusSucceeded || *described.Output != end.Output || *described.Input != `{"a": "ü"}` || !described.InputDetails.Included {
		t.Errorf("it is described as %s %s %s", described.Status, *described.Input, *described.Output)
	}
	if described.StartDate.UnixMilli() != end.StartDate.UnixMilli() || described.StopDate.UnixMilli() != end.StopDate.UnixMilli() {
		t.Errorf("it ran from %s to %s, want %s to %s", described.StartDate, described.StopDate, end.StartDate, end.StopDate)
	}
	if len(*described.Name) != 36 || described.Error != nil || described.Cause != nil {
		t.Errorf("it is called %s and has error %v", *described.Name, described.Error)
	}
	listed, err := client.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: &m})
	if err != nil {
		t.Fatal(err)
	}
	if len(listed.Executions) != 1 || *listed.Executions[0].ExecutionArn != *started.ExecutionArn || listed.NextToken != nil {
		t.Errorf("listed are %v", listed.Executions)
	}
}

func TestHistoryComesOverHTTPAsAWSGivesIt(t *testing.T) {
	w := storyWorld(t)
	client, _ := overWire(t, w)
	execution := w.start(w.machine("m", story), "e", `{"a":1}`)
	w.await(execution)

	forward := history(t, client, sfn.GetExecutionHistoryInput{ExecutionArn: &execution, MaxResults: 3})
	backward := history(t, client, sfn.GetExecutionHistoryInput{ExecutionArn: &execution, MaxResults: 4, ReverseOrder: true})
	slices.Reverse(backward)
	ids := func(events []types.HistoryEvent) (all []string) {
		for _, e := range events {
			all = append(all, fmt.Sprint(e.Id, e.PreviousEventId, e.Type))
		}
		return all
	}
	if !slices.Equal(ids(forward), ids(backward)) {
		t.Errorf("forward %v\nbackward %v", ids(forward), ids(backward))
	}
	byType := map[types.HistoryEventType]types.HistoryEvent{}
	for _, e := range forward {
		byType[e.Type] = e
	}
	if e := byType["ExecutionStarted"].ExecutionStartedEventDetails; e == nil || *e.Input != `{"a":1}` || *e.RoleArn != "arn:aws:iam::123456789012:role/m" {
		t.Errorf("ExecutionStarted has %+v", e)
	}
	if e := byType["LambdaFunctionScheduled"].LambdaFunctionScheduledEventDetails; e == nil || *e.TimeoutInSeconds != 90 || !strings.HasSuffix(*e.Resource, ":function:Do") {
		t.Errorf("LambdaFunctionScheduled has %+v", e)
	}
	if e := byType["TaskScheduled"].TaskScheduledEventDetails; e == nil || *e.Resource != "invoke.waitForTaskToken" || *e.ResourceType != "lambda" || *e.Region != "us-east-1" || !strings.Contains(*e.Parameters, `"n":1`) {
		t.Errorf("TaskScheduled has %+v", e)
	}
	if e := byType["TaskSucceeded"].TaskSucceededEventDetails; e == nil || !strings.Contains(*e.Output, `"StatusCode":200`) {
		t.Errorf("TaskSucceeded has %+v", e)
	}
	if e := byType["ParallelStateEntered"].StateEnteredEventDetails; e == nil || *e.Name != "Both" || *e.Input != `{"a":1}` {
		t.Errorf("ParallelStateEntered has %+v", e)
	}
	bare := history(t, client, sfn.GetExecutionHistoryInput{ExecutionArn: &execution, IncludeExecutionData: aws.Bool(false)})
	for _, e := range bare {
		if d := e.StateEnteredEventDetails; d != nil && (d.Input != nil || d.Name == nil) {
			t.Errorf("without execution data, event %d has %+v", e.Id, d)
		}
	}
}

func history(t *testing.T, client *sfn.Client, in sfn.GetExecutionHistoryInput) (all []types.HistoryEvent) {
	t.Helper()
	pages := sfn.NewGetExecutionHistoryPaginator(client, &in)
	for pages.HasMorePages() {
		part, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, part.Events...)
	}
	return all
}

func TestMachinesAreListedAndDescribedOverHTTP(t *testing.T) {
	w := storyWorld(t)
	m := w.machine("m", story)
	client, _ := overWire(t, w)
	listed, err := client.ListStateMachines(t.Context(), &sfn.ListStateMachinesInput{})
	if err != nil || len(listed.StateMachines) != 1 || *listed.StateMachines[0].StateMachineArn != m || listed.StateMachines[0].Type != types.StateMachineTypeStandard {
		t.Fatalf("%+v, %v", listed, err)
	}
	described, err := client.DescribeStateMachine(t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: &m})
	if err != nil {
		t.Fatal(err)
	}
	definition := *described.Definition
	if described.Status != types.StateMachineStatusActive || *described.RoleArn != "arn:aws:iam::123456789012:role/m" ||
		!json.Valid([]byte(definition)) || !strings.Contains(definition, "function:Do") || strings.Contains(definition, "${") {
		t.Errorf("it is %s, runs as %s, and is defined as %s", described.Status, *described.RoleArn, definition)
	}
}

func TestHandlerRefusesWhatAWSRefuses(t *testing.T) {
	w := storyWorld(t)
	m := w.machine("m", story)
	client, _ := overWire(t, w)
	_, err := client.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &m, Input: aws.String("")})
	var input *types.InvalidExecutionInput
	if !errors.As(err, &input) {
		t.Errorf("an empty input gives %v", err)
	}
	_, err = client.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: &m, StatusFilter: "GONE"})
	var refused smithy.APIError
	if !errors.As(err, &refused) || refused.ErrorCode() != "ValidationException" || !strings.Contains(refused.ErrorMessage(), "SUCCEEDED") {
		t.Errorf("a filter that is no status gives %v", err)
	}
}

// The models have no null: what is absent is left out.
func TestAnswersHaveNoNulls(t *testing.T) {
	w := storyWorld(t)
	_, url := overWire(t, w)
	execution := w.start(w.machine("m", story), "e", `{"a":1}`)
	w.await(execution)
	for operation, body := range map[string]string{
		"GetExecutionHistory": fmt.Sprintf(`{"executionArn": %q}`, execution), "DescribeExecution": fmt.Sprintf(`{"executionArn": %q}`, execution),
		"ListStateMachines": `{}`,
	} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("X-Amz-Target", "AWSStepFunctions."+operation)
		request.Header.Set("Content-Type", "application/x-amz-json-1.0")
		response, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := io.ReadAll(response.Body)
		response.Body.Close()
		if err != nil || response.StatusCode != http.StatusOK || strings.Contains(string(answer), ":null") {
			t.Errorf("%s answers %d %s, %v", operation, response.StatusCode, answer, err)
		}
	}
}

func TestFailuresOverHTTPHaveTheSDKTypes(t *testing.T) {
	w := newWorld(t, nil)
	client, _ := overWire(t, w)
	m := w.machine("m", `{"StartAt": "F", "States": {"F": {"Type": "Fail", "Error": "Busy", "Cause": "locked"}}}`)
	execution := w.start(m, "e", "{}")
	w.await(execution)
	described, err := client.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &execution})
	if err != nil || described.Status != types.ExecutionStatusFailed || *described.Error != "Busy" || *described.Cause != "locked" || described.Output != nil {
		t.Errorf("it is described as %+v, %v", described, err)
	}
	_, err = client.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &m, Name: aws.String("e")})
	var exists *types.ExecutionAlreadyExists
	if !errors.As(err, &exists) || !strings.Contains(*exists.Message, execution) {
		t.Errorf("the second start gives %v", err)
	}
	_, err = client.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: aws.String(execution + "x")})
	var absent *types.ExecutionDoesNotExist
	if !errors.As(err, &absent) {
		t.Errorf("stopping what does not exist gives %v", err)
	}
}

func TestRequestsThatNoClientSendsAreRefused(t *testing.T) {
	w := newWorld(t, nil)
	_, url := overWire(t, w)
	tests := map[string]struct {
		change func(*http.Request)
		body   string
		status int
		want   string
	}{
		"foreign host":      {func(r *http.Request) { r.Host = "attacker.example" }, "{}", 403, "AccessDeniedException"},
		"foreign address":   {func(r *http.Request) { r.Host = "192.0.2.1:80" }, "{}", 403, "AccessDeniedException"},
		"a page's form":     {func(r *http.Request) { r.Header.Set("Content-Type", "text/plain") }, "{}", 415, "SerializationException"},
		"method":            {func(r *http.Request) { r.Method = http.MethodGet }, "{}", 405, "UnknownOperationException"},
		"other operation":   {func(r *http.Request) { r.Header.Set("X-Amz-Target", "AWSStepFunctions.DeleteStateMachine") }, "{}", 400, "UnknownOperationException"},
		"a step's own":      {func(r *http.Request) { r.Header.Set("X-Amz-Target", "AWSStepFunctions.SendTaskSuccess") }, "{}", 400, "UnknownOperationException"},
		"no JSON":           {nil, "{", 400, "SerializationException"},
		"ill-typed":         {nil, `{"executionArn": 1}`, 400, "SerializationException"},
		"required missing":  {nil, "{}", 400, "ValidationException"},
		"too large":         {nil, `{"executionArn": "` + strings.Repeat("x", 3<<20) + `"}`, 413, "RequestEntityTooLargeException"},
		"localhost by name": {func(r *http.Request) { r.Host = "localhost:1" }, `{"executionArn": "x"}`, 400, "InvalidArn"},
		"IPv6 loopback":     {func(r *http.Request) { r.Host = "[::1]" }, `{"executionArn": "x"}`, 400, "InvalidArn"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(test.body))
			if err != nil {
				t.Fatal(err)
			}
			request.Header.Set("Content-Type", "application/x-amz-json-1.0")
			request.Header.Set("X-Amz-Target", "AWSStepFunctions.DescribeExecution")
			if test.change != nil {
				test.change(request)
			}
			response, err := http.DefaultClient.Do(request)
			if err != nil {
				t.Fatal(err)
			}
			defer response.Body.Close()
			var answer struct {
				Type    string `json:"__type"`
				Message string `json:"message"`
			}
			if err := json.NewDecoder(response.Body).Decode(&answer); err != nil {
				t.Fatal(err)
			}
			if response.StatusCode != test.status || answer.Type != test.want || answer.Message == "" {
				t.Errorf("answered %d %+v, want %d %s", response.StatusCode, answer, test.status, test.want)
			}
		})
	}
}
