package asl

import (
	"encoding/json"
	"errors"
	"math"
	"slices"
	"time"
)

// Errors of the API, with the names that Step Functions gives them. They are wrapped with details;
// use errors.Is.
var (
	// ErrExecutionAlreadyExists is returned by Start for a name that is taken.
	ErrExecutionAlreadyExists = errors.New("ExecutionAlreadyExists")
	// ErrInvalidExecutionInput is returned by Start for input that is not JSON or too large.
	ErrInvalidExecutionInput = errors.New("InvalidExecutionInput")
	// ErrInvalidName is returned by Start for a name that Step Functions refuses.
	ErrInvalidName = errors.New("InvalidName")
	// ErrStateMachineDeleting is returned by Start after Close.
	ErrStateMachineDeleting = errors.New("StateMachineDeleting")
	// ErrInvalidOutput is returned by SendTaskSuccess for output that is not JSON or too large.
	ErrInvalidOutput = errors.New("InvalidOutput")
	// ErrInvalidToken is returned for text that cannot be a task token.
	ErrInvalidToken = errors.New("InvalidToken")
	// ErrTaskDoesNotExist is returned for a token that this machine did not issue.
	ErrTaskDoesNotExist = errors.New("TaskDoesNotExist")
	// ErrTaskTimedOut is returned for a token whose task is over, however it ended.
	ErrTaskTimedOut = errors.New("TaskTimedOut")
)

// TaskError is a failure as Retry and Catch see it. The Error Name is in Name, because a Go error
// type cannot have a field named Error.
type TaskError struct {
	Name  string
	Cause string
}

// Error returns the Error Name and the cause.
func (e *TaskError) Error() string { return e.Name + ": " + e.Cause }

// output returns what a catcher puts into the data. A missing name or cause is null, but a time-out
// has an empty cause, as AWS records them.
func (e *TaskError) output() map[string]any {
	out := map[string]any{"Error": e.Name, "Cause": e.Cause}
	if e.Name == "" {
		out["Error"] = nil
	}
	if e.Cause == "" && e.Name != errorTimeout {
		out["Cause"] = nil
	}
	return out
}

// Predefined Error Names: https://states-language.net/spec.html#appendix-a and
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html.
const (
	errorAll                    = "States.ALL"
	errorBranchFailed           = "States.BranchFailed"
	errorDataLimitExceeded      = "States.DataLimitExceeded"
	errorHeartbeatTimeout       = "States.HeartbeatTimeout"
	errorIntrinsicFailure       = "States.IntrinsicFailure"
	errorNoChoiceMatched        = "States.NoChoiceMatched"
	errorResultPathMatchFailure = "States.ResultPathMatchFailure"
	errorRuntime                = "States.Runtime"
	errorTaskFailed             = "States.TaskFailed"
	errorTimeout                = "States.Timeout"
)

// interrupted says that the context ended while a state ran: the execution was stopped or timed
// out, or a sibling branch failed. It is neither retried nor caught.
var interrupted = &TaskError{Name: "interrupted"}

// heartbeatMissed is the failure of a task that sent no heartbeat. Histories name it States.Timeout
// without a cause, as recorded histories of AWS show. Retry and Catch match it as
// States.HeartbeatTimeout, too.
// https://github.com/localstack/localstack/blob/0d4768330f496af9f630890e34e8b62238c2c429/tests/aws/services/stepfunctions/v2/timeouts/test_heartbeats.snapshot.json
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
var heartbeatMissed = &TaskError{Name: errorTimeout}

// matches reports whether an ErrorEquals list names the failure. At a Parallel state
// States.BranchFailed matches any failure of a branch. The guide says that States.ALL does not catch
// States.DataLimitExceeded; histories of AWS show that it does catch that of a function's answer. None
// shows that of a state's input or output, for which the guide counts.
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
// https://github.com/localstack/localstack/blob/8b9a79f05846835cf4dff63ab7eefdde9df83783/tests/aws/services/stepfunctions/v2/error_handling/test_states_errors.snapshot.json
func (v *visit) matches(errorEquals []string, failure *TaskError) bool {
	name := failure.Name
	return name != errorRuntime && slices.ContainsFunc(errorEquals, func(want string) bool {
		return want == name ||
			want == errorAll && (name != errorDataLimitExceeded || !v.ofData) ||
			want == errorTaskFailed && name != errorTimeout ||
			want == errorHeartbeatTimeout && failure == heartbeatMissed ||
			want == errorBranchFailed && v.state.Type == "Parallel"
	})
}

// retrier is an entry of Retry, https://states-language.net/spec.html#errors.
type retrier struct {
	ErrorEquals     []string
	IntervalSeconds int64
	MaxAttempts     int64
	BackoffRate     float64
	MaxDelaySeconds int64
	JitterStrategy  string // FULL or NONE
}

func (r *retrier) UnmarshalJSON(text []byte) error {
	type plain retrier
	*r = retrier{IntervalSeconds: 1, MaxAttempts: 3, BackoffRate: 2, MaxDelaySeconds: maxSeconds}
	return json.Unmarshal(text, (*plain)(r))
}

// delay returns the time before retry number n, counted from 0. With full jitter it is random, up
// to the time without jitter.
func (r retrier) delay(n int64, random func() float64) time.Duration {
	seconds := min(float64(r.IntervalSeconds)*math.Pow(r.BackoffRate, float64(n)), float64(r.MaxDelaySeconds))
	if r.JitterStrategy == "FULL" {
		seconds *= random()
	}
	return time.Duration(seconds * float64(time.Second))
}

// catcher is an entry of Catch.
type catcher struct {
	ErrorEquals []string
	ResultPath  pathOrNull
	Next        string
}
