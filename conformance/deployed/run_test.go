//go:build conformance

package deployed

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/patience"
)

// run is an execution that has ended.
type run struct {
	*cloud
	*sfn.DescribeExecutionOutput
	path []string
}

func machineARN(name string) string {
	return "arn:aws:states:" + region + ":" + account + ":stateMachine:" + stack + "-" + name
}

func (c *cloud) start(machine, name, input string) string {
	c.Helper()
	out, err := c.SFN.StartExecution(c.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(machineARN(machine)), Name: &name, Input: &input})
	if err != nil {
		c.Fatal(err)
	}
	return *out.ExecutionArn
}

// run starts an execution and waits for its end, of which EventBridge hears.
func (c *cloud) run(machine, name, input string) run {
	c.Helper()
	return c.await(c.start(machine, name, input))
}

func (c *cloud) await(execution string) run {
	c.Helper()
	for deadline := time.Now().Add(patience.Limit); ; time.Sleep(20 * time.Millisecond) {
		out, err := c.SFN.DescribeExecution(c.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &execution})
		if err != nil {
			c.Fatal(err)
		}
		if out.Status != types.ExecutionStatusRunning {
			c.plays.plays.Wait()
			c.tell(out)
			return run{c, out, c.path(execution)}
		}
		if time.Now().After(deadline) {
			c.Fatalf("%s takes more than %s, by way of %v", execution, patience.Limit, c.path(execution))
		}
	}
}

// tell is the event of an execution that has ended.
// https://docs.aws.amazon.com/step-functions/latest/dg/eventbridge-integration.html
func (c *cloud) tell(ended *sfn.DescribeExecutionOutput) {
	c.Helper()
	detail := map[string]any{
		"executionArn": *ended.ExecutionArn, "stateMachineArn": *ended.StateMachineArn, "name": *ended.Name, "status": string(ended.Status),
		"startDate": ended.StartDate.UnixMilli(), "input": *ended.Input,
	}
	if ended.Error != nil {
		detail["error"], detail["cause"] = *ended.Error, aws.ToString(ended.Cause)
	}
	if err := c.publish(c.Context(), "aws.states", "Step Functions Execution Status Change", detail); err != nil {
		c.Fatal(err)
	}
}

// path returns the steps and ends that the execution went through, a polled one once.
func (c *cloud) path(execution string) []string {
	c.Helper()
	out, err := c.SFN.GetExecutionHistory(c.Context(), &sfn.GetExecutionHistoryInput{ExecutionArn: &execution})
	if err != nil {
		c.Fatal(err)
	}
	var entered []string
	for _, event := range out.Events {
		if event.StateEnteredEventDetails == nil || !strings.HasSuffix(string(event.Type), "Entered") {
			continue
		}
		if kind, _, _ := strings.Cut(string(event.Type), "State"); slices.Contains([]string{"Task", "Succeed", "Fail"}, kind) {
			entered = append(entered, *event.StateEnteredEventDetails.Name)
		}
	}
	return slices.Compact(entered)
}

// ends checks how the run ended: by the name of its last state, and words in its cause.
func (r run) ends(last string, words ...string) run {
	r.Helper()
	if len(r.path) == 0 || r.path[len(r.path)-1] != last {
		r.Fatalf("%s ended %s %s: %s\nby way of %v\nwant %s", *r.Name, r.Status, aws.ToString(r.Error), aws.ToString(r.Cause), r.path, last)
	}
	for _, word := range words {
		if !strings.Contains(aws.ToString(r.Cause), word) {
			r.Errorf("the cause of %s says %q, not %q", *r.Name, aws.ToString(r.Cause), word)
		}
	}
	return r
}
