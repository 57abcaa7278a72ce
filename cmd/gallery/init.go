package main

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"photogallery/internal/starter"
	"photogallery/release"
)

func initCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "init KIND [FOLDER]",
		Short: "Write a small app of your own to begin with: " + strings.Join(starter.Kinds(), ", "),
		Long: `Write a small app that can be released as it is, into FOLDER or into the one
that you are in. It shows its version, the instance that answers and a setting.
Nothing is overwritten. docs/first-app.md goes on from there.

  flask      Python with Flask and its own server
  gunicorn   the same app, with a server for many visitors
  node       Node.js, with a build step by npm
  static     files, served by Python
  go         Go, compiled on the builder`,
		Args: func(command *cobra.Command, arguments []string) error {
			if len(arguments) == 0 || len(arguments) > 2 {
				return release.Errorf(release.InvalidRequest, "%s takes a kind, one of %s, and the folder to write into, or none for this one; it was given %d arguments", command.CommandPath(), strings.Join(starter.Kinds(), ", "), len(arguments))
			}
			return nil
		},
		Example: `  gallery init flask hello
  gallery release --bundle hello`,
		ValidArgsFunction: func(_ *cobra.Command, arguments []string, _ string) ([]string, cobra.ShellCompDirective) {
			if len(arguments) == 0 {
				return starter.Kinds(), cobra.ShellCompDirectiveNoFileComp
			}
			return nil, cobra.ShellCompDirectiveFilterDirs
		},
		RunE: writeStarter,
	}
}

func writeStarter(command *cobra.Command, arguments []string) error {
	folder := "."
	if len(arguments) > 1 {
		folder = arguments[1]
	}
	names, err := starter.Write(arguments[0], folder)
	if err != nil {
		return err
	}
	for _, name := range names {
		fmt.Fprintln(command.OutOrStdout(), filepath.Join(folder, name))
	}
	fmt.Fprintf(command.ErrOrStderr(), "With `gallery up` in another terminal, `gallery release --bundle %s` puts it into service.\n", quoted(folder))
	return nil
}
