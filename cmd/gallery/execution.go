package main

import (
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/spf13/cobra"

	"photogallery/internal/execution"
	"photogallery/internal/terminal"
	"photogallery/release"
)

func executionCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "execution NAME",
		Short: "Show an execution; one that runs is followed to its end",
		Args:  oneArgument("the name of an execution, as `gallery executions` lists them"),

		ValidArgsFunction: executionNames,
		RunE: func(command *cobra.Command, arguments []string) error {
			if given(command, "html") != "" && wantsJSON(command) {
				return release.Errorf(release.InvalidRequest, "--html and --json: give one of them")
			}
			return onCloud(command, func(c cloud) error { return c.showExecution(command, arguments[0]) })
		},
	}
	addJSONFlag(command)
	command.Flags().String("html", "", "write a report of it into this `file`, and follow nothing")
	return command
}

func (c cloud) showExecution(command *cobra.Command, name string) error {
	arn, err := c.execution(command.Context(), name)
	if err != nil {
		return err
	}
	file, err := command.Flags().GetString("html")
	switch {
	case err != nil:
		return err
	case file != "":
		return c.report(command, arn, file)
	}
	now, err := execution.Look(command.Context(), c.history, arn)
	switch {
	case err != nil:
		return err
	case wantsJSON(command):
		return showJSON(command, now)
	case now.Status == types.ExecutionStatusRunning:
		_, err := c.follow(command, arn)
		return err
	}
	out := command.OutOrStdout()
	style := terminal.StyleFor(out)
	for _, line := range terminal.Lines(now, time.Now(), terminal.LineWidth(out), style) {
		fmt.Fprintln(out, line)
	}
	terminal.ShowOutcome(out, now, c.hint)
	return outcome(now)
}
