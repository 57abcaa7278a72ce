package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"photogallery/internal/release"
)

func terminateCommand() *cobra.Command {
	return instanceCommand("terminate", "Take an instance out in order; its group launches another",
		"drains and ends", func(ctx context.Context, c cloud, id string) error { return c.Terminate(ctx, id) })
}

func crashCommand() *cobra.Command {
	return instanceCommand("crash", "Kill an instance without warning, to see its group replace it",
		"is dead", func(ctx context.Context, c cloud, id string) error { return c.Crash(ctx, id) })
}

func instanceCommand(name, short, becomes string, do func(context.Context, cloud, string) error) *cobra.Command {
	return &cobra.Command{
		Use:   name + " INSTANCE",
		Short: short,
		Args:  oneArgument("an instance, as `gallery status` lists them"),

		ValidArgsFunction: instanceIDs,
		RunE: func(command *cobra.Command, arguments []string) error {
			c, err := findCloud(command)
			if err != nil {
				return err
			}
			if err := do(command.Context(), c, arguments[0]); err != nil {
				return err
			}
			fmt.Fprintf(command.ErrOrStderr(), "Instance %s %s; `gallery status` shows what takes its place.\n", arguments[0], becomes)
			return nil
		},
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
