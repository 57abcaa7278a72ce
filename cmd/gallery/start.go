package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"photogallery/internal/execution"
	"photogallery/release"
)

// addRunFlags adds the flags of the commands that start an execution.
func addRunFlags(command *cobra.Command) {
	f := command.Flags()
	f.String("name", "", "the execution's `name`; made of the time where none is given")
	f.Bool("detach", false, "start it, print its name and do not wait")
	addJSONFlag(command)
}

// begun is the output of --detach --json.
type begun struct {
	Name      string `json:"name"`
	Execution string `json:"execution"` // ARN
}

// start starts an execution and follows it to its end unless it is detached. With --json it prints
// the result and returns nil, because there is nothing more to print.
func (c cloud) start(command *cobra.Command, machine, kind, input string) (*execution.Progress, error) {
	flags := command.Flags()
	name, err := flags.GetString("name")
	if err != nil {
		return nil, err
	}
	arn, err := execution.Start(command.Context(), c.sfn, machine, kind, name, input)
	if err != nil {
		return nil, notStarted(name, err)
	}
	name = release.NameOf(arn)
	switch detach, err := flags.GetBool("detach"); {
	case err != nil:
		return nil, err
	case detach && wantsJSON(command):
		return nil, showJSON(command, begun{name, arn})
	case detach:
		fmt.Fprintln(command.OutOrStdout(), name)
		fmt.Fprintln(command.ErrOrStderr(), "It runs; "+c.hint("`gallery execution "+name+"`")+" shows it.")
		return nil, nil
	}
	seen, err := c.follow(command, arn)
	if seen == nil || !wantsJSON(command) {
		return seen, err
	}
	if failed := showJSON(command, seen); failed != nil {
		return nil, failed
	}
	return nil, err
}

// notStarted explains the error if the name is the reason.
func notStarted(name string, err error) error {
	if problem := execution.NameProblem(err); problem != "" {
		return release.Errorf(release.InvalidRequest, "--name %q: %s", name, problem)
	}
	return err
}
