package main

import (
	"github.com/spf13/cobra"

	"photogallery/internal/awsstack"
	"photogallery/release"
)

// The shell completes what exists at the moment, and nothing if no cloud is up.

func completeFlag(command *cobra.Command, flag string, complete cobra.CompletionFunc) {
	if err := command.RegisterFlagCompletionFunc(flag, complete); err != nil {
		panic(err) // the flag is not defined, or this is its second completion
	}
}

func instanceIDs(command *cobra.Command, arguments []string, _ string) ([]string, cobra.ShellCompDirective) {
	return completions(command, arguments, func(c cloud) (words []string) {
		status, err := c.Status(command.Context())
		if err != nil {
			return nil
		}
		for _, i := range status.Instances {
			words = append(words, cobra.CompletionWithDesc(i.ID, i.Role+" in "+i.Zone+" "+i.Health))
		}
		return words
	})
}

func executionNames(command *cobra.Command, arguments []string, _ string) ([]string, cobra.ShellCompDirective) {
	return completions(command, arguments, func(c cloud) (words []string) {
		found, err := c.executions(command.Context())
		if err != nil {
			return nil
		}
		for _, e := range found {
			words = append(words, cobra.CompletionWithDesc(e.Name, string(e.Status)))
		}
		return words
	})
}

// formerReleases are those that can be released again, and the one that a rollback undoes.
func formerReleases(command *cobra.Command, arguments []string, _ string) ([]string, cobra.ShellCompDirective) {
	return completions(command, arguments, func(c cloud) (words []string) {
		history, err := c.History(command.Context())
		if err != nil {
			return nil
		}
		for _, p := range history {
			switch {
			case p.Again != "":
				words = append(words, cobra.CompletionWithDesc(p.Name, "version "+p.Version))
			case p.Kind == release.ReleaseEntry && p.Ended.IsZero():
				words = append(words, cobra.CompletionWithDesc(p.Name, "under way"))
			}
		}
		return words
	})
}

func imageIDs(command *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return completions(command, nil, func(c cloud) (words []string) {
		images, err := c.Images(command.Context())
		if err != nil {
			return nil
		}
		for _, i := range images {
			words = append(words, cobra.CompletionWithDesc(i.ID, "version "+i.Version))
		}
		return words
	})
}

func stackNames(command *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	config, err := awsConfig(command)
	if err != nil {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	names, _ := awsstack.Names(command.Context(), config) // without an answer there are none
	return names, cobra.ShellCompDirectiveNoFileComp
}

func completions(command *cobra.Command, arguments []string, of func(cloud) []string) ([]string, cobra.ShellCompDirective) {
	c, err := findCloud(command)
	if err != nil || len(arguments) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	return of(c), cobra.ShellCompDirectiveNoFileComp
}
