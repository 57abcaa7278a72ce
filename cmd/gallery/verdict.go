package main

import (
	"fmt"
	"os/user"
	"strings"

	"github.com/spf13/cobra"

	"photogallery/internal/execution"
	"photogallery/release"
)

func promoteCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "promote [RELEASE]",
		Short: "Approve a release that waits, give it all of the traffic, or end its bake",
		Long: `Let a release go on at once, and follow it to its end.

A release with "approval" waits for this before the first visitor, and again
before 100 % if it has steps. While it holds a percentage, this moves all of
the traffic; while it bakes, this ends the bake.`,
		Args: atMostOne("the name of a release, as `gallery executions` lists them, or none for the one under way"),

		ValidArgsFunction: executionNames,
		RunE: func(command *cobra.Command, arguments []string) error {
			return onCloud(command, func(c cloud) error { return c.promote(command, strings.Join(arguments, "")) })
		},
	}
	command.Flags().Bool("detach", false, "send the verdict and do not wait")
	return command
}

// person returns the name of who runs the command, or "" if nothing has it.
func person() string {
	who, err := user.Current()
	if err != nil {
		return ""
	}
	return release.By(who.Username)
}

// promote sends the verdict on what is under way and follows it to its end.
func (c cloud) promote(command *cobra.Command, name string) error {
	machine, _, err := c.machines(command.Context())
	if err != nil {
		return err
	}
	arn, err := execution.Decision{Machine: machine, Release: name, Answer: release.Promote, By: person()}.Decide(command.Context(), c.history, c.events)
	if err != nil {
		return err
	}
	_, err = c.followVerdict(command, release.Promote, arn)
	return err
}

// followVerdict follows a release to its end that a verdict was sent to. It returns nil if it is
// detached.
func (c cloud) followVerdict(command *cobra.Command, answer release.Answer, arn string) (*execution.Progress, error) {
	fmt.Fprintf(command.ErrOrStderr(), "%s of %s is sent.\n", answer, release.NameOf(arn))
	if detach, err := command.Flags().GetBool("detach"); detach || err != nil {
		return nil, err
	}
	return c.follow(command, arn)
}
