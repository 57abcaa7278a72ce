package main

import (
	"fmt"
	"os/user"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/spf13/cobra"

	"photogallery/internal/execution"
	"photogallery/release"
)

func promoteCommand() *cobra.Command {
	return verdictCommand(release.Promote, "Approve a release that waits, give it all of the traffic, or end its bake", `Let a release go on at once, and follow it to its end.

A release with "approval" waits for this before the first visitor, and again
before 100 % if it has steps. While it holds a percentage, this moves all of
the traffic; while it bakes, this ends the bake.`)
}

func rollbackCommand() *cobra.Command {
	return verdictCommand(release.Rollback, "Undo a release that waits for its approval, holds or bakes", `Undo a release at once that waits for its approval, holds or bakes, and follow
it to its end. The traffic goes back first: nothing is launched for it.`)
}

func verdictCommand(answer release.Answer, short, long string) *cobra.Command {
	command := &cobra.Command{
		Use:   string(answer) + " [RELEASE]",
		Short: short,
		Long:  long,
		Args:  atMostOne("the name of a release, as `gallery executions` lists them, or none for the one under way"),

		ValidArgsFunction: executionNames,
		RunE: func(command *cobra.Command, arguments []string) error {
			return onCloud(command, func(c cloud) error {
				return c.decide(command, execution.Decision{Release: strings.Join(arguments, ""), Answer: answer, By: person()})
			})
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
	return who.Username
}

// decide sends the verdict on what is under way and follows it to its end.
func (c cloud) decide(command *cobra.Command, d execution.Decision) (err error) {
	if d.Machine, _, err = c.machines(command.Context()); err != nil {
		return err
	}
	arn, err := d.Decide(command.Context(), c.history, c.events)
	if err != nil {
		return err
	}
	fmt.Fprintf(command.ErrOrStderr(), "%s of %s is sent.\n", d.Answer, release.NameOf(arn))
	if detach, err := command.Flags().GetBool("detach"); detach || err != nil {
		return err
	}
	seen, err := c.follow(command, arn)
	if seen == nil || d.Answer != release.Rollback {
		return err
	}
	switch {
	case seen.Error == string(release.FailedClean) && strings.HasPrefix(seen.Cause, string(release.RolledBack)+":"):
		return nil // which is what was asked for
	case seen.Status == types.ExecutionStatusSucceeded:
		return release.Errorf(release.InvalidRequest, "the rollback came too late: release %s serves; `gallery images` lists what `gallery release --image` can return to", seen.Name)
	}
	return err
}
