package e2e

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/execution"
	"photogallery/release"
)

// seenBy is how long new resources may be invisible.
const seenBy = 2 * time.Minute

// start starts an execution of this name, and returns its ARN.
func (r *run) start(ctx context.Context, machine, name, input string) (string, error) {
	out, err := r.stack.SFN.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &machine, Name: &name, Input: &input})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.ExecutionArn), nil
}

// name returns an execution's name that no earlier run has used.
func (r *run) name(kind string) string {
	return release.ExecutionName(kind, r.began.UTC())
}

// release runs a release to its end, which must be the wanted one: "Succeeded", or the error of a
// failed one.
func (r *run) release(ctx context.Context, name, input, want string) (*sfn.DescribeExecutionOutput, error) {
	execution, err := r.start(ctx, r.stack.ReleaseMachine, name, input)
	if err != nil {
		return nil, err
	}
	return r.await(ctx, execution, want)
}

// await waits for the end of an execution, which may not be found at first.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
func (r *run) await(ctx context.Context, execution, want string) (*sfn.DescribeExecutionOutput, error) {
	for deadline := time.Now().Add(seenBy); ; {
		out, err := r.stack.SFN.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &execution})
		isLate := release.IsNotFound(err) && time.Now().Before(deadline)
		if err != nil && !isLate {
			return nil, err
		}
		if !isLate && out.Status != types.ExecutionStatusRunning {
			return out, errors.Join(ended(out, want), r.answered(ctx, out, want))
		}
		if err := r.pause(ctx); err != nil {
			return nil, err
		}
	}
}

// answered adds the history of an execution that has ended to the answers.
func (r *run) answered(ctx context.Context, out *sfn.DescribeExecutionOutput, want string) error {
	reader := execution.NewReader(r.stack.SFN, aws.ToString(out.ExecutionArn))
	if err := reader.Read(ctx); err != nil {
		return err
	}
	r.answers.execution(aws.ToString(out.Name), endOf(out), want, reader.History)
	return nil
}

// succeeded is the end of a successful execution.
const succeeded = "Succeeded"

func endOf(out *sfn.DescribeExecutionOutput) string {
	switch {
	case out.Status == types.ExecutionStatusSucceeded:
		return succeeded
	case aws.ToString(out.Error) != "":
		return aws.ToString(out.Error)
	}
	return string(out.Status)
}

func ended(out *sfn.DescribeExecutionOutput, want string) error {
	got := endOf(out)
	if got == want {
		return nil
	}
	return fmt.Errorf("execution %s ended %s, not %s: %s", aws.ToString(out.Name), got, want, aws.ToString(out.Cause))
}

// says returns an error unless the cause contains all of the words.
func says(out *sfn.DescribeExecutionOutput, words ...string) error {
	for _, word := range words {
		if !strings.Contains(aws.ToString(out.Cause), word) {
			return fmt.Errorf("the cause of %s says %q, and nothing of %q", aws.ToString(out.Name), aws.ToString(out.Cause), word)
		}
	}
	return nil
}

// entered reports whether an execution has entered a state.
func (r *run) entered(ctx context.Context, arn, state string) (bool, error) {
	history := execution.NewReader(r.stack.SFN, arn)
	err := history.Read(ctx)
	return history.History.State(state) != nil, err
}

// teardownOf waits for a teardown that something else has started, and whose input contains these
// words. It must succeed.
func (r *run) teardownOf(ctx context.Context, words ...string) error {
	for {
		out, err := r.stack.SFN.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: &r.stack.TeardownMachine, MaxResults: 10})
		if err != nil {
			return err
		}
		for _, listed := range out.Executions {
			found, err := r.stack.SFN.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: listed.ExecutionArn})
			if err != nil {
				return err
			}
			if !slices.ContainsFunc(words, func(word string) bool { return !strings.Contains(aws.ToString(found.Input), word) }) {
				_, err := r.await(ctx, aws.ToString(listed.ExecutionArn), succeeded)
				return err
			}
		}
		if err := r.pause(ctx); err != nil {
			return err
		}
	}
}
