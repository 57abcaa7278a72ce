package differential

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/conformance/moto"
	"photogallery/internal/asl"
)

// theirs runs cases on moto's interpreter, one at a time.
type theirs struct {
	server *moto.Server
	client *sfn.Client
	cases  int

	mu  sync.Mutex
	run *functions // of the case that runs
}

// newTheirs starts moto with the functions in front of it.
func newTheirs(ctx context.Context, log io.Writer) (t *theirs, err error) {
	t = &theirs{}
	t.server, err = moto.Start(ctx, moto.Options{Pace: 1000, Log: log, Around: t.around})
	if err != nil {
		return nil, err
	}
	t.client = sfn.NewFromConfig(t.server.Config())
	return t, nil
}

func (t *theirs) around(moto http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /2015-03-31/functions/{function}/invocations", t.invocation)
	mux.Handle("/", moto)
	return mux
}

// invocation answers as Lambda does.
// https://docs.aws.amazon.com/lambda/latest/api/API_Invoke.html
func (t *theirs) invocation(w http.ResponseWriter, r *http.Request) {
	payload, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	t.mu.Lock()
	run := t.run
	t.mu.Unlock()
	answer, err := run.invoke(r.PathValue("function"), payload, t)
	var failed *asl.TaskError
	switch {
	case errors.As(err, &failed):
		w.Header().Set("X-Amz-Function-Error", "Unhandled")
		answer = []byte(failed.Cause)
	case err != nil:
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	case answer == nil:
		answer = []byte("null")
	}
	_, _ = w.Write(answer) // to a moto that may have gone on
}

func (t *theirs) succeed(token, output string) error {
	_, err := t.client.SendTaskSuccess(context.Background(), &sfn.SendTaskSuccessInput{TaskToken: &token, Output: &output})
	return err
}

func (t *theirs) fail(token, errorName, cause string) error {
	_, err := t.client.SendTaskFailure(context.Background(), &sfn.SendTaskFailureInput{TaskToken: &token, Error: &errorName, Cause: &cause})
	return err
}

func (t *theirs) end(ctx context.Context, c Case) (Ended, error) {
	t.mu.Lock()
	t.run = &functions{calls: map[string]int{}}
	t.mu.Unlock()
	t.cases++
	machine, err := t.client.CreateStateMachine(ctx, &sfn.CreateStateMachineInput{
		Name: aws.String(fmt.Sprintf("m%d", t.cases)), Definition: &c.Definition, RoleArn: aws.String("arn:aws:iam::123456789012:role/m"),
	})
	if err != nil {
		return Ended{}, err
	}
	started, err := t.client.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: machine.StateMachineArn, Name: aws.String(name), Input: &c.Input})
	if err != nil {
		return Ended{}, err
	}
	for {
		now, err := t.client.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: started.ExecutionArn})
		if err != nil {
			return Ended{}, err
		}
		if now.Status == types.ExecutionStatusRunning {
			time.Sleep(5 * time.Millisecond)
			continue
		}
		way, err := t.path(ctx, started.ExecutionArn)
		if err != nil {
			return Ended{}, err
		}
		return ended(string(now.Status), aws.ToString(now.Error), aws.ToString(now.Cause), aws.ToString(now.Output), way)
	}
}

func (t *theirs) path(ctx context.Context, execution *string) ([]string, error) {
	history, err := t.client.GetExecutionHistory(ctx, &sfn.GetExecutionHistoryInput{ExecutionArn: execution})
	if err != nil {
		return nil, err
	}
	var entered []string
	for _, event := range history.Events {
		if event.StateEnteredEventDetails != nil && strings.HasSuffix(string(event.Type), "StateEntered") {
			entered = append(entered, *event.StateEnteredEventDetails.Name)
		}
	}
	return path(entered), nil
}
