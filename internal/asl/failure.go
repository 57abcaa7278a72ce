package asl

import (
	"errors"
	"slices"
)

// Errors of the API, with the names that Step Functions gives them. They come
// wrapped, with what was wrong; use errors.Is.
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
	// ErrInvalidToken is returned for text that can be no task token.
	ErrInvalidToken = errors.New("InvalidToken")
	// ErrTaskDoesNotExist is returned for a token that this machine did not issue.
	ErrTaskDoesNotExist = errors.New("TaskDoesNotExist")
	// ErrTaskTimedOut is returned for a token whose task is over, however it ended.
	ErrTaskTimedOut = errors.New("TaskTimedOut")
)

// TaskError is a failure as Retry and Catch see it. A Go error type can have no
// field named Error, so the Error Name is in Name.
type TaskError struct {
	Name  string
	Cause string
}

// Error gives the Error Name and the cause.
func (e *TaskError) Error() string { return e.Name + ": " + e.Cause }

// Predefined Error Names: https://states-language.net/spec.html#appendix-a and
// https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html.
const (
	errorAll                    = "States.ALL"
	errorBranchFailed           = "States.BranchFailed"
	errorDataLimitExceeded      = "States.DataLimitExceeded"
	errorHeartbeatTimeout       = "States.HeartbeatTimeout"
	errorIntrinsicFailure       = "States.IntrinsicFailure"
	errorNoChoiceMatched        = "States.NoChoiceMatched"
	errorParameterPathFailure   = "States.ParameterPathFailure"
	errorResultPathMatchFailure = "States.ResultPathMatchFailure"
	errorRuntime                = "States.Runtime"
	errorTaskFailed             = "States.TaskFailed"
	errorTimeout                = "States.Timeout"
)

// catchable are the predefined names that Retry and Catch may see. Nothing
// catches States.Runtime.
var catchable = []string{
	errorAll, errorBranchFailed, errorDataLimitExceeded, errorHeartbeatTimeout, errorIntrinsicFailure, errorNoChoiceMatched,
	errorParameterPathFailure, errorResultPathMatchFailure, errorTaskFailed, errorTimeout, "States.Permissions",
}

// interrupted says that the context ended while a state ran: the execution was
// stopped or timed out, or a sibling branch failed. Nothing retries or catches it.
var interrupted = &TaskError{Name: "interrupted"}

// matches tells whether an ErrorEquals list names the error. States.Timeout also
// stands for a missed heartbeat, and at a Parallel state States.BranchFailed for
// whatever its branches failed with.
func matches(errorEquals []string, name string, ofBranch bool) bool {
	timedOut := name == errorTimeout || name == errorHeartbeatTimeout
	return name != errorRuntime && slices.ContainsFunc(errorEquals, func(want string) bool {
		return want == name ||
			want == errorAll && name != errorDataLimitExceeded ||
			want == errorTaskFailed && !timedOut ||
			want == errorTimeout && timedOut ||
			want == errorBranchFailed && ofBranch
	})
}
