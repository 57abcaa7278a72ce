package main

import (
	"encoding/json"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/spf13/cobra"

	"photogallery/internal/release"
	"photogallery/internal/watch"
	"photogallery/lambdas/owned"
)

func teardownCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "teardown",
		Short: "Delete all that releases made, and prove that nothing is left; photos stay",
		Args:  noArguments,
		RunE:  runTeardown,
	}
	f := command.Flags()
	f.String("images", string(release.KeepLatestImage), "which `images` go: keep-latest or delete")
	f.Bool("dry-run", false, "list what would be deleted, and delete nothing")
	addRunFlags(command)
	completeFlag(command, "images", cobra.FixedCompletions([]string{string(release.KeepLatestImage), string(release.DeleteImages)}, cobra.ShellCompDirectiveNoFileComp))
	return command
}

func runTeardown(command *cobra.Command, _ []string) error {
	images, err := command.Flags().GetString("images")
	if err != nil {
		return err
	}
	dryRun, err := command.Flags().GetBool("dry-run")
	if err != nil {
		return err
	}
	input, err := json.Marshal(map[string]any{"images": images, "dryRun": dryRun})
	if err != nil {
		return err
	}
	if _, err := release.ParseTeardown(input); err != nil {
		return err
	}
	return onCloud(command, func(c cloud) error {
		_, machine, err := c.machines(command.Context())
		if err != nil {
			return err
		}
		if dryRun {
			return c.list(command, machine, string(input))
		}
		_, err = c.start(command, machine, "teardown", string(input))
		return err
	})
}

// list runs the teardown's dry run and prints what it found.
func (c cloud) list(command *cobra.Command, machine, input string) error {
	name := executionName("list")
	out, err := c.sfn.StartExecution(command.Context(), &sfn.StartExecutionInput{StateMachineArn: &machine, Name: &name, Input: &input})
	if err != nil {
		return err
	}
	seen, err := watch.Follow(command.Context(), c.history, aws.ToString(out.ExecutionArn), c.polls, func(*watch.Picture) {})
	if err != nil {
		return err
	}
	if err := outcome(seen); err != nil {
		fmt.Fprintln(command.ErrOrStderr(), c.hint(seen.Outcome()))
		return err
	}
	var listed struct {
		Resources []owned.Resource `json:"resources"`
	}
	if err := json.Unmarshal([]byte(seen.Output), &listed); err != nil {
		return err
	}
	if len(listed.Resources) == 0 && !wantsJSON(command) {
		fmt.Fprintln(command.ErrOrStderr(), "Nothing would be deleted.")
		return nil
	}
	return show(command, listed.Resources, []string{"KIND", "ID", "NAME"}, func(r owned.Resource) []any { return []any{r.Kind, r.ID, r.Name} })
}
