package main

import (
	"github.com/spf13/cobra"

	"photogallery/release"
)

func shellCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "shell INSTANCE",
		Short: "Open a shell on an instance on AWS",
		Long: `Open a shell on an instance on AWS, through the stack's EC2 Instance Connect
Endpoint and the aws command. A stack has the endpoint if it was deployed with
-c instanceConnect=on.`,
		Args: oneArgument("an instance, as `gallery status` lists them"),

		ValidArgsFunction: instanceIDs,
		RunE: func(command *cobra.Command, arguments []string) error {
			profile, err := command.Flags().GetString("profile")
			if err != nil {
				return err
			}
			stack, err := stackOf(command)
			if err != nil {
				return err
			}
			if stack == "" {
				if _, err := findLocal(command); release.CodeOf(err) == release.NothingUp {
					return release.Errorf(release.InvalidRequest, "a shell is for an instance on AWS, and no stack is named: add --stack")
				}
			}
			return onCloud(command, func(c cloud) error { return c.shell(command.Context(), arguments[0], profile) })
		},
	}
}
