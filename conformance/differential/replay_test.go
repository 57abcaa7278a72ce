package differential

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/stepfunctions"
)

// call is what a function does when it is called.
type call struct {
	Output       json.RawMessage
	Large        bool // its answer is larger than a payload may be
	Hangs        bool // it does not answer in time
	Error, Cause string
	Token        *completion // it completes its token, and answers nothing
}

type completion struct {
	Output       json.RawMessage // nil: it fails
	Error, Cause string
}

// script is the function F of a recording.
type script struct {
	calls  []call
	client *sfn.Client
}

// Invoke is stepfunctions.Function's.
func (s *script) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	c := s.calls[0]
	s.calls = s.calls[1:]
	switch {
	case c.Hangs:
		<-ctx.Done()
		return nil, ctx.Err()
	case c.Large:
		return []byte(`"` + strings.Repeat("x", 300_000) + `"`), nil
	case c.Cause != "":
		var failure messages.InvokeResponse_Error
		if err := json.Unmarshal([]byte(c.Cause), &failure); err != nil {
			return nil, err
		}
		return nil, failure
	case c.Token != nil:
		return []byte("null"), s.complete(ctx, payload, *c.Token)
	case c.Output == nil:
		return []byte("null"), nil
	}
	return c.Output, nil
}

func (s *script) complete(ctx context.Context, payload []byte, c completion) error {
	var in struct{ Token string }
	if err := json.Unmarshal(payload, &in); err != nil {
		return err
	}
	if c.Output != nil {
		_, err := s.client.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: &in.Token, Output: aws.String(string(c.Output))})
		return err
	}
	_, err := s.client.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{TaskToken: &in.Token, Error: &c.Error, Cause: &c.Cause})
	return err
}

// replay runs a recording's machine in the embedded cloud, and returns the events that its endpoint gives.
func replay(t *testing.T, r recording) []object {
	t.Helper()
	f := fabric.New(1)
	service := stepfunctions.New(f, stepfunctions.Options{})
	defer service.Close()
	defer f.Close()
	client := sfn.NewFromConfig(f.Config())
	machine, err := service.AddMachine("m", r.Definition, map[string]stepfunctions.Function{"F": &script{r.Calls, client}})
	if err != nil {
		t.Fatal(err)
	}
	input := encode(r.Events[0]["input"])
	started, err := client.StartExecution(t.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine, Input: &input})
	if err != nil {
		t.Fatal(err)
	}
	if r.Stop {
		synctest.Wait()
		if _, err := client.StopExecution(t.Context(), &sfn.StopExecutionInput{ExecutionArn: started.ExecutionArn}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := service.Await(t.Context(), *started.ExecutionArn); err != nil {
		t.Fatal(err)
	}
	return served(t, service.Handler(), *started.ExecutionArn)
}

// served are the events of an execution on the wire, in the form of a recording.
func served(t *testing.T, endpoint http.Handler, execution string) (events []object) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "http://localhost/", strings.NewReader(encode(object{"executionArn": execution})))
	request.Header.Set("Content-Type", "application/x-amz-json-1.0")
	request.Header.Set("X-Amz-Target", "AWSStepFunctions.GetExecutionHistory")
	answer := httptest.NewRecorder()
	endpoint.ServeHTTP(answer, request)
	var body struct{ Events []object }
	if err := json.Unmarshal(answer.Body.Bytes(), &body); err != nil || answer.Code != http.StatusOK {
		t.Fatalf("%d %s: %v", answer.Code, answer.Body, err)
	}
	for _, wire := range body.Events {
		event := object{"type": wire["type"]}
		if after := wire["previousEventId"]; after != 0.0 {
			event["after"] = after
		}
		details, _ := wire[detailsOf(text(wire["type"]))].(object)
		for name, value := range details {
			addDetail(event, name, value)
		}
		events = append(events, event)
	}
	return events
}

// addDetail takes one that is recorded, in the recording's form.
func addDetail(event object, name string, value any) {
	isOfTask := strings.HasPrefix(text(event["type"]), "Task")
	switch {
	case name == "inputDetails", name == "outputDetails", name == "roleArn", name == "region":
	case name == "parameters", name == "output" && event["type"] == "TaskSubmitted": // another service's there
	case name == "resourceType" && !isOfTask:
	case name == "input" || name == "output":
		var data any
		if json.Unmarshal([]byte(text(value)), &data) != nil {
			data = value
		}
		event[name] = withoutWords(data)
	default:
		event[name] = value
	}
	if strings.HasPrefix(text(event["error"]), "States.") && event["cause"] != nil {
		event["cause"] = "…"
	}
}

// withoutWords leaves out what the language's own errors say in data.
func withoutWords(data any) any {
	if members, ok := data.(object); ok {
		for name, member := range members {
			members[name] = withoutWords(member)
		}
		if strings.HasPrefix(text(members["Error"]), "States.") && text(members["Cause"]) != "" {
			members["Cause"] = "…"
		}
	}
	return data
}

// detailsOf is the member of an event that has its details.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_HistoryEvent.html
func detailsOf(kind string) string {
	for _, shared := range []string{"StateEntered", "StateExited"} {
		if strings.HasSuffix(kind, shared) {
			kind = shared
		}
	}
	return strings.ToLower(kind[:1]) + kind[1:] + "EventDetails"
}

const executionARN = "arn:aws:states:us-east-1:123456789012:execution:m:one"

// ends are the events that end an execution, by its status.
var ends = map[types.ExecutionStatus]string{
	types.ExecutionStatusSucceeded: "Succeeded", types.ExecutionStatusFailed: "Failed", types.ExecutionStatusAborted: "Aborted",
}

// played is a client of an AWS on which nothing but the recorded execution has run.
func played(t *testing.T, r recording) *sfn.Client {
	t.Helper()
	var events []object
	for i, e := range r.Events {
		wire := object{"id": i + 1, "type": e["type"], "previousEventId": e["after"], "timestamp": i, detailsOf(text(e["type"])): object{}}
		for name, value := range e {
			switch name {
			case "type", "after":
				continue
			case "input", "output":
				value = encode(value)
			}
			wire[detailsOf(text(e["type"]))].(object)[name] = value
		}
		events = append(events, wire)
	}
	described := object{"executionArn": executionARN, "stateMachineArn": "arn:aws:states:us-east-1:123456789012:stateMachine:m", "name": "one", "startDate": 0, "stopDate": len(events)}
	for status, kind := range ends {
		if "Execution"+kind == events[len(events)-1]["type"] {
			described["status"] = status
		}
	}
	answers := map[string]object{"GetExecutionHistory": {"events": events}, "DescribeExecution": described}
	return sfn.New(sfn.Options{Region: "us-east-1", Credentials: aws.AnonymousCredentials{}, HTTPClient: wired(answers)})
}

// wired answers requests by their operation.
type wired map[string]object

// Do is sfn.HTTPClient's.
func (w wired) Do(r *http.Request) (*http.Response, error) {
	_, operation, _ := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(encode(w[operation])))}, nil
}
