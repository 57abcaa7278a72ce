package execution

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"photogallery/release"
)

// Starter starts executions; *sfn.Client is one.
type Starter interface {
	StartExecution(context.Context, *sfn.StartExecutionInput, ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error)
}

// Describer describes executions; *sfn.Client is one.
type Describer interface {
	DescribeExecution(context.Context, *sfn.DescribeExecutionInput, ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error)
}

// Start starts an execution. If the name is "" it makes one from the kind and the time. NameProblem
// explains the error of a name that AWS refuses.
func Start(ctx context.Context, api Starter, machineARN, kind, name, input string) (executionARN string, err error) {
	for at := time.Now(); ; at = at.Add(time.Millisecond) {
		called := cmp.Or(name, release.ExecutionName(kind, at))
		_, err := api.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &machineARN, Name: &called, Input: &input})
		if err == nil {
			return release.ExecutionOf(machineARN, called), nil
		}
		if name != "" || codeOf(err) != "ExecutionAlreadyExists" {
			return "", err
		}
	}
}

// NameProblem says what is wrong with the name of an execution that Start could not start, or "" if
// the name is not the reason.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
func NameProblem(err error) string {
	switch codeOf(err) {
	case "ExecutionAlreadyExists":
		return "there has been an execution of this name: give another"
	case "InvalidName":
		return "give 1 to 80 letters, digits, - and _"
	}
	return ""
}

func codeOf(err error) string {
	var refusal smithy.APIError
	if !errors.As(err, &refusal) {
		return ""
	}
	return refusal.ErrorCode()
}

// Find returns the ARN of the execution of that name, from the first state machine that has one, or
// "" if none has.
func Find(ctx context.Context, api Describer, name string, machineARNs ...string) (executionARN string, err error) {
	for _, machine := range machineARNs {
		arn := release.ExecutionOf(machine, name)
		_, err := api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
		switch {
		case err == nil:
			return arn, nil
		case !release.IsNotFound(err):
			return "", err
		}
	}
	return "", nil
}

// Listed is an execution in a list.
type Listed struct {
	MachineARN, Name string
	Status           types.ExecutionStatus
	Began, Ended     time.Time // Ended is zero while it runs
}

// List returns the newest executions of the state machines, newest first, up to a limit for each.
func List(ctx context.Context, api sfn.ListExecutionsAPIClient, most int32, machineARNs ...string) (found []Listed, err error) {
	for _, machine := range machineARNs {
		out, err := api.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: &machine, MaxResults: most})
		if err != nil {
			return nil, err
		}
		for _, e := range out.Executions {
			found = append(found, Listed{machine, aws.ToString(e.Name), e.Status, aws.ToTime(e.StartDate), aws.ToTime(e.StopDate)})
		}
	}
	slices.SortFunc(found, func(a, b Listed) int {
		return cmp.Or(b.Began.Compare(a.Began), strings.Compare(a.Name, b.Name))
	})
	return found, nil
}

// Former returns the name and the history of the last execution of the same state machine that
// succeeded before a time, without dry runs and releases that had nothing to do. It returns "" and nil if there is none.
func Former(ctx context.Context, api FollowAPI, executionARN string, before time.Time) (name string, of *History, err error) {
	machine := release.MachineOf(executionARN)
	out, err := api.ListExecutions(ctx, &sfn.ListExecutionsInput{
		StateMachineArn: &machine, StatusFilter: types.ExecutionStatusSucceeded, MaxResults: 100,
	})
	if err != nil {
		return "", nil, err
	}
	for _, run := range out.Executions {
		name := aws.ToString(run.Name)
		if !aws.ToTime(run.StartDate).Before(before) || isNamedDry(name) {
			continue
		}
		reader := NewReader(api, aws.ToString(run.ExecutionArn))
		if err := reader.Read(ctx); err != nil || reader.History.isFull() {
			return name, reader.History, err
		}
	}
	return "", nil, nil
}
