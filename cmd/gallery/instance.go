package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"photogallery/release"
)

func terminateCommand() *cobra.Command {
	return instanceCommand("terminate", "Take an instance out in order; its group launches another",
		func(command *cobra.Command, id string) error {
			return onCloud(command, func(c cloud) error {
				if err := c.Terminate(command.Context(), id); err != nil {
					return err
				}
				fmt.Fprintf(command.ErrOrStderr(), "Instance %s drains and ends; %s shows what takes its place.\n", id, c.hint("`gallery status`"))
				return nil
			})
		})
}

func crashCommand() *cobra.Command {
	return instanceCommand("crash", "Kill an instance of the local cloud without warning, to see its group replace it",
		func(command *cobra.Command, id string) error {
			found, err := findLocal(command)
			if err != nil {
				return err
			}
			if err := found.Crash(command.Context(), id); err != nil {
				return err
			}
			fmt.Fprintf(command.ErrOrStderr(), "Instance %s is dead; %s shows what takes its place.\n", id, found.cloud(command).hint("`gallery status`"))
			return nil
		})
}

func instanceCommand(name, short string, do func(command *cobra.Command, id string) error) *cobra.Command {
	return &cobra.Command{
		Use:   name + " INSTANCE",
		Short: short,
		Args:  oneArgument("an instance, as `gallery status` lists them"),

		ValidArgsFunction: instanceIDs,
		RunE:              func(command *cobra.Command, arguments []string) error { return do(command, arguments[0]) },
	}
}

func atMostOne(what string) cobra.PositionalArgs {
	return func(command *cobra.Command, arguments []string) error {
		if len(arguments) > 1 {
			return release.Errorf(release.InvalidRequest, "%s takes one argument at most: %s; it was given %d", command.CommandPath(), what, len(arguments))
		}
		return nil
	}
}

func oneArgument(what string) cobra.PositionalArgs {
	return func(command *cobra.Command, arguments []string) error {
		if len(arguments) != 1 {
			return release.Errorf(release.InvalidRequest, "%s takes one argument: %s; it was given %d", command.CommandPath(), what, len(arguments))
		}
		return nil
	}
}
