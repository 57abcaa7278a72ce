package main

import (
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/spf13/cobra"

	"photogallery/internal/local/control"
	"photogallery/internal/release"
)

// cloud is the local cloud that a command works on.
type cloud struct {
	*control.Client
	endpoint control.Endpoint
	sfn      *sfn.Client
}

func findCloud(command *cobra.Command) (cloud, error) {
	data, err := dataFolder(command)
	if err != nil {
		return cloud{}, err
	}
	endpoint, err := control.Find(data)
	return cloud{control.NewClient(endpoint), endpoint, endpoint.StepFunctions()}, err
}

// execution finds the execution of a name in either state machine.
func (c cloud) execution(command *cobra.Command, name string) (arn string, err error) {
	status, err := c.Status(command.Context())
	if err != nil {
		return "", err
	}
	for _, machine := range []string{status.ReleaseMachine, status.TeardownMachine} {
		arn := executionARN(machine, name)
		if _, err := c.sfn.DescribeExecution(command.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn}); err == nil {
			return arn, nil
		} else if !release.IsNotFound(err) {
			return "", err
		}
	}
	return "", release.Errorf(release.NotFound, "there is no execution %q: `gallery executions` lists those there are", name)
}

func executionARN(machineARN, name string) string {
	return strings.Replace(machineARN, ":stateMachine:", ":execution:", 1) + ":" + name
}
