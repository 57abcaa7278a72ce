package main

import (
	"errors"
	"os"
	"os/exec"

	"github.com/spf13/cobra"
)

func shellCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "shell INSTANCE",
		Short: "Open a shell on an instance",
		Long: `Open a shell on an instance.

On one machine it is bash, in the folder of the instance's app and with the
variables of its service, without the secrets. On AWS it goes through the
stack's EC2 Instance Connect Endpoint and the aws command. A stack has the
endpoint if it was deployed with -c instanceConnect=on.`,
		Args: oneArgument("an instance, as `gallery status` lists them"),

		ValidArgsFunction: instanceIDs,
		RunE: func(command *cobra.Command, arguments []string) error {
			profile, err := command.Flags().GetString("profile")
			if err != nil {
				return err
			}
			return onCloud(command, func(c cloud) error { return c.shell(command.Context(), arguments[0], profile) })
		},
	}
}

// runShell runs a shell on this terminal until the person leaves it, with its exit status. Ctrl-C is
// for the program in the shell, so only the shell's own exit ends it.
func runShell(shell *exec.Cmd) error {
	shell.Stdin, shell.Stdout, shell.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := shell.Run()
	var left *exec.ExitError
	if errors.As(err, &left) {
		return ended{max(left.ExitCode(), exitFailed)}
	}
	return err
}
