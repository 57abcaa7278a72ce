//go:build conformance

package deployed

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/conformance/emulator"
)

// run is an execution that has ended.
type run struct {
	*cloud
	*sfn.DescribeExecutionOutput
	path []string
}

func machineARN(machine string) string {
	return "arn:aws:states:" + region + ":" + account + ":stateMachine:" + machine
}

func executionARN(machine, name string) string {
	return "arn:aws:states:" + region + ":" + account + ":execution:" + machine + ":" + name
}

func (c *cloud) start(machine, name, input string) string {
	c.Helper()
	return c.startOf(stack+"-"+machine, name, input)
}

// startOf starts an execution of a state machine of any environment.
func (c *cloud) startOf(machine, name, input string) string {
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
	out, err := emulator.Await(c.Context(), c.SFN, execution)
	if err != nil {
		c.Fatal(err)
	}
	c.plays.plays.Wait()
	c.tell(out)
	return run{c, out, c.path(execution)}
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

func (c *cloud) path(execution string) []string {
	c.Helper()
	entered, err := emulator.Path(c.Context(), c.SFN, execution)
	if err != nil {
		c.Fatal(err)
	}
	return entered
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
