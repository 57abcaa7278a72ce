package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/spf13/cobra"

	"photogallery/internal/execution"
	"photogallery/internal/report"
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
			if forms := turnedOn(command, "html", "json", "markdown"); len(forms) > 1 {
				return release.Errorf(release.InvalidRequest, "%s: give one of them", strings.Join(forms, " and "))
			}
			return onCloud(command, func(c cloud) error { return c.showExecution(command, arguments[0]) })
		},
	}
	addJSONFlag(command)
	command.Flags().String("html", "", "write a report of it into this `file`, and follow nothing")
	command.Flags().Bool("markdown", false, "print a page of it in GitHub's Markdown, and follow nothing")
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
	case len(turnedOn(command, "markdown")) > 0:
		return report.Markdown(command.OutOrStdout(), now, c.hint(terminal.Outcome(now)), time.Now())
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

// turnedOn returns those of the flags that have a value other than false.
func turnedOn(command *cobra.Command, names ...string) (given []string) {
	for _, name := range names {
		if value := command.Flags().Lookup(name).Value.String(); value != "" && value != "false" {
			given = append(given, "--"+name)
		}
	}
	return given
}
