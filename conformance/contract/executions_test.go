package contract

import (
	"errors"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

const (
	sfnReference = "https://docs.aws.amazon.com/step-functions/latest/apireference/API_"
	idle         = `{"StartAt": "Idle", "States": {"Idle": {"Type": "Wait", "Seconds": 86400, "End": true}}}`
	quick        = `{"StartAt": "Done", "States": {"Done": {"Type": "Pass", "End": true}}}`
	failing      = `{"StartAt": "Broken", "States": {"Broken": {"Type": "Fail", "Error": "FailedClean", "Cause": "on purpose"}}}`
)

func executions() []Behavior {
	return []Behavior{
		{"StartExecution: a name that runs with the same input gives the same execution", sfnReference + "StartExecution.html", "", func(a *Account) error {
			machine, first, err := a.started(idle, "probe", "{}")
			if err != nil {
				return err
			}
			second, err := a.start(machine, "probe", "{}")
			return errors.Join(err, same("the second execution", second, first))
		}},
		{"StartExecution: a name that runs with another input is ExecutionAlreadyExists", sfnReference + "StartExecution.html", "", func(a *Account) error {
			machine, _, err := a.started(idle, "probe", "{}")
			if err != nil {
				return err
			}
			_, err = a.start(machine, "probe", `{"a":1}`)
			return refused(err, "ExecutionAlreadyExists")
		}},
		{"StartExecution: a name that has ended is ExecutionAlreadyExists", sfnReference + "StartExecution.html", "", (*Account).nameIsUsedUp},
		{"StartExecution: an unknown state machine is StateMachineDoesNotExist", sfnReference + "StartExecution.html", "", func(a *Account) error {
			_, err := a.start(a.Settings.ReleaseMachine+"-none", "probe", "{}")
			return refused(err, "StateMachineDoesNotExist")
		}},
		{"StartExecution: an input that is no JSON is InvalidExecutionInput", sfnReference + "StartExecution.html", "has an error without a code", func(a *Account) error {
			_, _, err := a.started(quick, "probe", "{")
			return refused(err, "InvalidExecutionInput")
		}},
		{"StartExecution: a name with a space is InvalidName", sfnReference + "StartExecution.html", "takes it", func(a *Account) error {
			_, _, err := a.started(quick, "a probe", "{}")
			return refused(err, "InvalidName")
		}},
		{"DescribeExecution: it has input, output and how it ended", sfnReference + "DescribeExecution.html", "", func(a *Account) error {
			_, execution, err := a.started(quick, "probe", `{"a":1}`)
			if err != nil {
				return err
			}
			out, err := a.ended(execution)
			if err != nil {
				return err
			}
			return errors.Join(same("its status", out.Status, types.ExecutionStatusSucceeded), same("its input", *out.Input, `{"a":1}`),
				same("its output", strings.ReplaceAll(*out.Output, " ", ""), `{"a":1}`), same("it has an end", out.StopDate != nil, true))
		}},
		{"DescribeExecution: a Fail state's Error and Cause are the execution's", sfnReference + "DescribeExecution.html", "", func(a *Account) error {
			_, execution, err := a.started(failing, "probe", "{}")
			if err != nil {
				return err
			}
			out, err := a.ended(execution)
			if err != nil {
				return err
			}
			return errors.Join(same("its status", out.Status, types.ExecutionStatusFailed), same("its error", aws.ToString(out.Error), "FailedClean"),
				same("its cause", aws.ToString(out.Cause), "on purpose"))
		}},
		{"DescribeExecution: an unknown execution is ExecutionDoesNotExist", sfnReference + "DescribeExecution.html", "", func(a *Account) error {
			_, execution, err := a.started(idle, "probe", "{}")
			if err != nil {
				return err
			}
			_, err = a.describedExecution(execution + "-none")
			return refused(err, "ExecutionDoesNotExist")
		}},
		{"StopExecution: it is ABORTED, with the error and cause that were given", sfnReference + "StopExecution.html",
			"", (*Account).stoppedExecution},
		{"StopExecution: stopping one that has ended changes nothing", sfnReference + "StopExecution.html", "", (*Account).stoppedTooLate},
		{"SendTaskSuccess: a token that never was is refused, in one of three ways that a step takes as over",
			sfnReference + "SendTaskSuccess.html", "", func(a *Account) error {
				_, err := a.SFN.SendTaskSuccess(a.Context, &sfn.SendTaskSuccessInput{TaskToken: aws.String("none"), Output: aws.String("{}")})
				return refused(err, "InvalidToken", "TaskDoesNotExist", "TaskTimedOut")
			}},
		{"ListExecutions: those of a status, the latest first", sfnReference + "ListExecutions.html",
			"", (*Account).executionsAreListed},
		{"GetExecutionHistory: events are numbered from 1 and name the states", sfnReference + "GetExecutionHistory.html", "", (*Account).historyNamesStates},
		{"GetExecutionHistory: backwards, in pages", sfnReference + "GetExecutionHistory.html",
			"gives all events in one page, from the first", (*Account).historyComesInPages},
	}
}

func (a *Account) start(machine, name, input string) (execution string, err error) {
	out, err := a.SFN.StartExecution(a.Context, &sfn.StartExecutionInput{StateMachineArn: &machine, Name: &name, Input: &input})
	if err != nil {
		return "", err
	}
	return *out.ExecutionArn, nil
}

func (a *Account) started(definition, name, input string) (machine, execution string, err error) {
	if machine, err = a.AddMachine(definition); err != nil {
		return "", "", err
	}
	execution, err = a.start(machine, name, input)
	return machine, execution, err
}

func (a *Account) describedExecution(arn string) (*sfn.DescribeExecutionOutput, error) {
	return a.SFN.DescribeExecution(a.Context, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
}

func (a *Account) ended(arn string) (out *sfn.DescribeExecutionOutput, err error) {
	return out, a.eventually("the execution's end", func() (bool, error) {
		if out, err = a.describedExecution(arn); err != nil {
			return false, err
		}
		return out.Status != types.ExecutionStatusRunning, nil
	})
}

func (a *Account) stop(arn string) error {
	_, err := a.SFN.StopExecution(a.Context, &sfn.StopExecutionInput{ExecutionArn: &arn, Error: aws.String("Interrupted"), Cause: aws.String("a teardown")})
	return err
}

func (a *Account) stoppedExecution() error {
	_, execution, err := a.started(idle, "probe", "{}")
	if err != nil {
		return err
	}
	if err := a.stop(execution); err != nil {
		return err
	}
	out, err := a.ended(execution)
	if err != nil {
		return err
	}
	return errors.Join(same("its status", out.Status, types.ExecutionStatusAborted),
		same("its error", aws.ToString(out.Error), "Interrupted"), same("its cause", aws.ToString(out.Cause), "a teardown"))
}

func (a *Account) stoppedTooLate() error {
	_, execution, err := a.started(quick, "probe", "{}")
	if err != nil {
		return err
	}
	if _, err := a.ended(execution); err != nil {
		return err
	}
	if err := a.stop(execution); err != nil {
		return err
	}
	out, err := a.describedExecution(execution)
	if err != nil {
		return err
	}
	return same("its status", out.Status, types.ExecutionStatusSucceeded)
}

func (a *Account) nameIsUsedUp() error {
	machine, execution, err := a.started(quick, "probe", "{}")
	if err != nil {
		return err
	}
	if _, err := a.ended(execution); err != nil {
		return err
	}
	_, err = a.start(machine, "probe", "{}")
	return refused(err, "ExecutionAlreadyExists")
}

func (a *Account) executionsAreListed() error {
	machine, first, err := a.started(quick, "one", "{}")
	if err != nil {
		return err
	}
	if _, err := a.ended(first); err != nil {
		return err
	}
	second, err := a.start(machine, "two", "{}")
	if err != nil {
		return err
	}
	if _, err := a.ended(second); err != nil {
		return err
	}
	for status, want := range map[types.ExecutionStatus]int{types.ExecutionStatusSucceeded: 2, types.ExecutionStatusRunning: 0} {
		out, err := a.SFN.ListExecutions(a.Context, &sfn.ListExecutionsInput{StateMachineArn: &machine, StatusFilter: status})
		if err != nil {
			return err
		}
		if err := same(string(status), len(out.Executions), want); err != nil {
			return err
		}
		if want == 2 && *out.Executions[0].ExecutionArn != second {
			return errors.New("the first of the list is not the latest")
		}
	}
	return nil
}

func (a *Account) historyNamesStates() error {
	_, execution, err := a.started(quick, "probe", "{}")
	if err != nil {
		return err
	}
	if _, err := a.ended(execution); err != nil {
		return err
	}
	out, err := a.SFN.GetExecutionHistory(a.Context, &sfn.GetExecutionHistoryInput{ExecutionArn: &execution})
	if err != nil {
		return err
	}
	if err := same("events", len(out.Events), 4); err != nil {
		return err
	}
	for i, want := range []types.HistoryEventType{"ExecutionStarted", "PassStateEntered", "PassStateExited", "ExecutionSucceeded"} {
		if err := errors.Join(same("an event", out.Events[i].Type, want), same("its number", out.Events[i].Id, int64(i+1))); err != nil {
			return err
		}
	}
	return same("the state", *out.Events[1].StateEnteredEventDetails.Name, "Done")
}

func (a *Account) historyComesInPages() error {
	_, execution, err := a.started(quick, "probe", "{}")
	if err != nil {
		return err
	}
	if _, err := a.ended(execution); err != nil {
		return err
	}
	out, err := a.SFN.GetExecutionHistory(a.Context, &sfn.GetExecutionHistoryInput{ExecutionArn: &execution, ReverseOrder: true, MaxResults: 1})
	if err != nil {
		return err
	}
	if err := same("events", len(out.Events), 1); err != nil {
		return err
	}
	return errors.Join(same("the first", out.Events[0].Type, "ExecutionSucceeded"), same("there is a next page", out.NextToken != nil, true))
}
