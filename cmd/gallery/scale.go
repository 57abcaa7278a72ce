package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"photogallery/internal/environment"
	"photogallery/release"
)

func scaleCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "scale MIN MAX [DESIRED]",
		Short: "Change the sizes of the fleet that serves, without a release",
		Long: `Change the fewest and the most instances of the fleet that serves, without a
release, and with DESIRED how many run now.

Releases and rollbacks keep these sizes until one names others. At an hour with
scheduled sizes those hold, and these before and after it.`,
		Example: `  gallery scale 3 8
  gallery scale 1 5 1`,
		RunE: func(command *cobra.Command, arguments []string) error {
			sizes, err := sizesOf(command, arguments)
			if err != nil {
				return err
			}
			return onCloud(command, func(c cloud) error { return c.scale(command, sizes) })
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	addJSONFlag(command)
	return command
}

// sizesOf reads the arguments. The cloud refuses sizes that do not fit.
func sizesOf(command *cobra.Command, arguments []string) (sizes environment.Sizes, err error) {
	fields := []*int{&sizes.MinSize, &sizes.MaxSize, &sizes.Desired}
	if len(arguments) < 2 || len(arguments) > len(fields) {
		return sizes, release.Errorf(release.InvalidRequest, "%s takes the fewest and the most instances and, if they are to change now, how many run: give `gallery scale 2 5`, for example; it was given %d numbers", command.CommandPath(), len(arguments))
	}
	for i, argument := range arguments {
		if *fields[i], err = strconv.Atoi(argument); err != nil || *fields[i] < 1 {
			return sizes, release.Errorf(release.InvalidRequest, "%q is no number of instances: give a whole number from 1 on", argument)
		}
	}
	return sizes, nil
}

func (c cloud) scale(command *cobra.Command, sizes environment.Sizes) error {
	outcome, err := c.Scale(command.Context(), sizes)
	if release.CodeOf(err) == release.StillInUse {
		fmt.Fprintln(command.ErrOrStderr(), "gallery: "+c.hint(messageOf(err)))
		return ended{exitBusy}
	}
	if err != nil {
		return err
	}
	if wantsJSON(command) {
		return showJSON(command, outcome)
	}
	fmt.Fprintln(command.ErrOrStderr(), scaledInWords(outcome)+" "+c.hint("`gallery status`")+" shows the instances.")
	return nil
}

func scaledInWords(outcome environment.Scaled) string {
	var words strings.Builder
	fmt.Fprintf(&words, "The fleet of release %s has %d to %d instances", outcome.Release, outcome.MinSize, outcome.MaxSize)
	if outcome.Desired != 0 && outcome.InForce == nil {
		fmt.Fprintf(&words, ", and %d now", outcome.Desired)
	}
	if at := outcome.InForce; at != nil {
		fmt.Fprintf(&words, " when the scheduled size of %s ends, which is %d to %d", at, at.MinSize, at.MaxSize)
	}
	return words.String() + "."
}
