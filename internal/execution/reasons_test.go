package execution_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/execution"
)

// describer says of each execution that its build failed, once.
type describer map[string]bool

func (d describer) DescribeExecution(_ context.Context, in *sfn.DescribeExecutionInput, _ ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error) {
	if d[*in.ExecutionArn] {
		return nil, context.Canceled
	}
	d[*in.ExecutionArn] = true
	return &sfn.DescribeExecutionOutput{Error: new("FailedClean"), Cause: new("BuildFailed: no install.sh")}, nil
}

func TestReasonsAreOfWhatFailedAndAskedForOnce(t *testing.T) {
	var reasons execution.Reasons
	asked := describer{}
	for _, status := range []types.ExecutionStatus{types.ExecutionStatusFailed, types.ExecutionStatusFailed, types.ExecutionStatusSucceeded} {
		e := execution.Listed{MachineARN: releases, Name: string(status), Status: status}
		want := ""
		if status == types.ExecutionStatusFailed {
			want = "FailedClean"
		}
		if got, err := reasons.Of(t.Context(), asked, e); err != nil || got.Error != want {
			t.Errorf("%s: %+v, %v", status, got, err)
		}
	}
	if len(asked) != 1 {
		t.Errorf("asked for %v", asked)
	}
}
