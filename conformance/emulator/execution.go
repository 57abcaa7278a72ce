package emulator

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/patience"
)

// Await blocks until the execution has ended. Its errors are AWS's, and one that names the path of an
// execution that hangs.
func Await(ctx context.Context, api *sfn.Client, execution string) (*sfn.DescribeExecutionOutput, error) {
	for deadline := time.Now().Add(patience.Limit); ; time.Sleep(20 * time.Millisecond) {
		out, err := api.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &execution})
		if err != nil || out.Status != types.ExecutionStatusRunning {
			return out, err
		}
		if time.Now().After(deadline) {
			path, err := Path(ctx, api, execution)
			return nil, fmt.Errorf("%s takes more than %s, by way of %v %w", execution, patience.Limit, path, err)
		}
	}
}

// Path returns the steps and ends that the execution went through, a polled one once. Its errors are AWS's.
func Path(ctx context.Context, api *sfn.Client, execution string) (entered []string, err error) {
	pages := sfn.NewGetExecutionHistoryPaginator(api, &sfn.GetExecutionHistoryInput{ExecutionArn: &execution})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, event := range page.Events {
			kind, isState := strings.CutSuffix(string(event.Type), "StateEntered")
			if isState && event.StateEnteredEventDetails != nil && slices.Contains([]string{"Task", "Succeed", "Fail"}, kind) {
				entered = append(entered, *event.StateEnteredEventDetails.Name)
			}
		}
	}
	return slices.Compact(entered), nil
}
