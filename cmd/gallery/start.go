package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/spf13/cobra"

	"photogallery/release"
)

// addRunFlags are those of the commands that start an execution.
func addRunFlags(command *cobra.Command) {
	f := command.Flags()
	f.String("name", "", "the execution's `name`; made of the time where none is given")
	f.Bool("detach", false, "start it, print its name and do not wait")
	addJSONFlag(command)
}

// executionName is one that tells when it was made.
func executionName(kind string) string { return release.ExecutionName(kind, time.Now()) }

// begun is what --detach --json prints.
type begun struct {
	Name      string `json:"name"`
	Execution string `json:"execution"` // ARN
}

// start starts an execution and, unless it is to be detached, follows it to its end. With --json it
// prints what came of it; followed then is false, as there is nothing more to print.
func (c cloud) start(command *cobra.Command, machine, kind, input string) (followed bool, err error) {
	flags := command.Flags()
	name, err := flags.GetString("name")
	if err != nil {
		return false, err
	}
	started, err := c.begin(command.Context(), machine, kind, name, input)
	if err != nil {
		return false, err
	}
	name = started.Name
	switch detach, err := flags.GetBool("detach"); {
	case err != nil:
		return false, err
	case detach && wantsJSON(command):
		return false, showJSON(command, started)
	case detach:
		fmt.Fprintln(command.OutOrStdout(), name)
		fmt.Fprintln(command.ErrOrStderr(), "It runs; "+c.hint("`gallery execution "+name+"`")+" shows it.")
		return false, nil
	}
	seen, err := c.follow(command, started.Execution)
	if seen == nil || !wantsJSON(command) {
		return true, err
	}
	if failed := showJSON(command, seen); failed != nil {
		return false, failed
	}
	return false, err
}

// begin starts an execution of the name, or under one that tells when.
func (c cloud) begin(ctx context.Context, machine, kind, name, input string) (begun, error) {
	for at := time.Now(); ; at = at.Add(time.Millisecond) {
		called := cmp.Or(name, release.ExecutionName(kind, at))
		out, err := c.sfn.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: &machine, Name: &called, Input: &input})
		if err == nil {
			return begun{called, aws.ToString(out.ExecutionArn)}, nil
		}
		var taken *types.ExecutionAlreadyExists
		if name != "" || !errors.As(err, &taken) {
			return begun{}, notStarted(called, err)
		}
	}
}

// notStarted says what is wrong with the name, if that is it.
func notStarted(name string, err error) error {
	var taken *types.ExecutionAlreadyExists
	var unfit *types.InvalidName
	switch {
	case errors.As(err, &taken):
		return release.Errorf(release.InvalidRequest, "--name %q: there has been an execution of this name: give another", name)
	case errors.As(err, &unfit):
		return release.Errorf(release.InvalidRequest, "--name %q: give 1 to 80 letters, digits, - and _", name)
	}
	return err
}
