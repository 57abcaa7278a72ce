package main

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/release"
)

func wakeCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "wake",
		Short: "Release again what served last, unless something serves",
		Long: `Release again what served last, unless something serves. It is what a visitor does at
the front door, without its limits: visitors may wake the gallery so many times a
day, and not at night. It follows a release that is under way, and waits for the end of
a teardown.`,
		Args: noArguments,
		RunE: runWake,
	}
	addRunFlags(command)
	return command
}

func sleepCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "sleep",
		Short: "Tear down what serves, and keep its image for the next waking",
		Args:  noArguments,
		RunE:  runSleep,
	}
	addRunFlags(command)
	return command
}

func runWake(command *cobra.Command, _ []string) error {
	return onCloud(command, func(c cloud) error {
		running, serves, err := c.awake(command.Context())
		if err != nil {
			return err
		}
		switch {
		case running != "":
			fmt.Fprintf(command.ErrOrStderr(), "Release %s is under way.\n", release.NameOf(running))
			if _, err := c.follow(command, running); err != nil {
				return err
			}
			return c.showServing(command)
		case serves:
			fmt.Fprintln(command.ErrOrStderr(), "The gallery is awake.")
			return c.showServing(command)
		}
		input, err := json.Marshal(map[string]any{"by": person(), "wait": true})
		if err != nil {
			return err
		}
		return c.release(command, string(input))
	})
}

// awake returns the ARN of a release that runs, or "" if none does, and whether one serves. A command that
// `gallery run` runs is no release.
func (c cloud) awake(ctx context.Context) (running string, serves bool, err error) {
	past, err := c.History(ctx)
	if err != nil {
		return "", false, err
	}
	machine, _, err := c.machines(ctx)
	if err != nil {
		return "", false, err
	}
	arns, err := execution.Decision{Machine: machine}.UnderWay(ctx, c.sfn)
	for _, arn := range arns {
		isCommand := func(p environment.Past) bool {
			return p.Kind == release.RunEntry && p.Ended.IsZero() && p.Name == release.NameOf(arn)
		}
		if !slices.ContainsFunc(past, isCommand) {
			running = arn
		}
	}
	return running, slices.ContainsFunc(past, func(p environment.Past) bool { return p.Serves }), err
}

// runSleep ends a release that is under way, too.
func runSleep(command *cobra.Command, _ []string) error {
	return onCloud(command, func(c cloud) error {
		running, serves, err := c.awake(command.Context())
		if err != nil {
			return err
		}
		if !serves && running == "" {
			fmt.Fprintln(command.ErrOrStderr(), "Nothing serves, and no release is under way.")
			return nil
		}
		input, err := json.Marshal(release.TeardownRequest{By: person()})
		if err != nil {
			return err
		}
		_, machine, err := c.machines(command.Context())
		if err != nil {
			return err
		}
		_, err = c.start(command, machine, "sleep", string(input))
		return err
	})
}
