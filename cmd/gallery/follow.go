package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/spf13/cobra"

	"photogallery/internal/execution"
	"photogallery/internal/terminal"
	"photogallery/release"
)

// follow shows an execution until it has ended and prints its outcome. The execution continues
// after Ctrl-C and after an error of the API, unless its local cloud is gone.
func (c cloud) follow(command *cobra.Command, arn string) (*execution.Progress, error) {
	seen, err := c.draw(command, arn)
	var told ended
	left := command.Context().Err() != nil
	if left || err != nil && !errors.As(err, &told) {
		name, next := release.NameOf(arn), ""
		if local, isHere := c.place.(localCloud); isHere && local.isGone() {
			next = "was cut off, as the local cloud has ended; what served before serves again after " + c.hint("`gallery up`")
		} else {
			next = "goes on; " + c.hint("`gallery execution "+name+"`") + " shows it again"
		}
		fmt.Fprintf(command.ErrOrStderr(), "\n%s %s.\n", name, next)
	}
	if left {
		return seen, ended{exitInterrupted}
	}
	return seen, err
}

// draw shows an execution until it has ended, prints its outcome and returns it as an error unless
// it is a success. It returns early when the command's context ends.
func (c cloud) draw(command *cobra.Command, arn string) (seen *execution.Progress, err error) {
	progress, ctx := command.ErrOrStderr(), command.Context()
	seen, err = terminal.Follow(ctx, progress, c.history, arn, c.polls)
	switch {
	case ctx.Err() != nil:
		return seen, ended{exitInterrupted}
	case err != nil:
		return seen, err
	}
	terminal.ShowOutcome(progress, seen, c.hint)
	return seen, outcome(seen)
}

// outcome returns the exit status of a command that waited for the execution.
func outcome(of *execution.Progress) error {
	if of.Status == types.ExecutionStatusSucceeded {
		return nil
	}
	switch {
	case of.Error == string(release.FailedDirty):
		return ended{exitDirty}
	case of.Error == string(release.Busy):
		return ended{exitBusy}
	case strings.HasPrefix(of.Cause, string(release.InvalidRequest)+":"), strings.HasPrefix(of.Cause, string(release.ImageNotFound)+":"):
		return ended{exitUsage}
	}
	return ended{exitFailed}
}
