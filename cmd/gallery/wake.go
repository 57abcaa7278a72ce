package main

import (
	"encoding/json"
	"fmt"

	"github.com/spf13/cobra"

	"photogallery/release"
)

func wakeCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "wake",
		Short: "Release again what served last, unless something serves",
		Long: `Release again what served last, unless something serves. It is what a visitor does at
the front door, without its limits: visitors may wake the gallery so many times a
day, and not at night. While a teardown runs it waits for the end of that.`,
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
		status, err := c.Status(command.Context())
		if err != nil {
			return err
		}
		if status.Serving != nil && status.Gallery != "" {
			fmt.Fprintf(command.ErrOrStderr(), "Version %s serves already.\n", status.Serving.Version)
			fmt.Fprintln(command.OutOrStdout(), status.Gallery)
			return nil
		}
		input, err := json.Marshal(map[string]any{"by": person(), "wait": true})
		if err != nil {
			return err
		}
		return c.release(command, string(input))
	})
}

func runSleep(command *cobra.Command, _ []string) error {
	return onCloud(command, func(c cloud) error {
		status, err := c.Status(command.Context())
		if err != nil {
			return err
		}
		if status.Serving == nil {
			fmt.Fprintln(command.ErrOrStderr(), "Nothing serves.")
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
