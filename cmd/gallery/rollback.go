package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/spf13/cobra"

	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/release"
)

func rollbackCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "rollback [RELEASE]",
		Short: "Undo a release under way, or release a former one again",
		Long: `Go back, and follow the way there to its end.

While a release waits for its approval, holds or bakes, it is undone at once:
the traffic goes back first, and nothing is launched for it.

When no release is under way, a former one is released again, through all
checks: the one that served before the present one, or the one that is named.
It has its version, its settings and its content; the sizes stay. If its image
is gone, its bundle is baked first, which takes some minutes. gallery history
lists which releases have what.`,
		Args: atMostOne("the name of a release, as `gallery history` lists them, or none"),
		Example: `  gallery rollback
  gallery rollback --dry-run
  gallery rollback release-20260131-120000-000 --strategy rolling`,

		ValidArgsFunction: formerReleases,
		RunE: func(command *cobra.Command, arguments []string) error {
			strategy, err := strategyOf(command)
			if err != nil {
				return err
			}
			wish := environment.Wish{Release: strings.Join(arguments, ""), By: person(), Strategy: strategy}
			return onCloud(command, func(c cloud) error { return c.rollback(command, wish) })
		},
	}
	command.Flags().Bool("detach", false, "start it and do not wait")
	command.Flags().Bool("dry-run", false, "say what it would do, and do nothing")
	addJSONFlag(command)
	command.Flags().String("strategy", "", "the `strategy` by which a former release is released again (default: as of gallery release)")
	completeFlag(command, "strategy", strategies)
	return command
}

var strategies = cobra.FixedCompletions([]string{string(release.BlueGreen), string(release.Rolling)}, cobra.ShellCompDirectiveNoFileComp)

func strategyOf(command *cobra.Command) (release.Strategy, error) {
	given, err := command.Flags().GetString("strategy")
	if err != nil || given == "" {
		return "", err
	}
	request, err := json.Marshal(release.Request{Strategy: release.Strategy(given)})
	if err != nil {
		return "", err
	}
	_, err = release.ParseRequest(request)
	return release.Strategy(given), err
}

// rollback undoes what is under way, or releases a former release again.
func (c cloud) rollback(command *cobra.Command, wish environment.Wish) error {
	machine, _, err := c.machines(command.Context())
	if err != nil {
		return err
	}
	decision := execution.Decision{Machine: machine, Release: wish.Release, Answer: release.Rollback, By: wish.By}
	isDry, err := command.Flags().GetBool("dry-run")
	switch {
	case err != nil:
		return err
	case isDry:
		return c.foretellRollback(command, decision, wish)
	case wantsJSON(command):
		return release.Errorf(release.InvalidRequest, "--json goes with --dry-run: add that, or leave it out")
	}
	done, err := decision.Revert(command.Context(), c.history, c.events, c.sfn, func(ctx context.Context) (string, error) {
		return c.former(ctx, command, wish)
	})
	switch {
	case err != nil:
		return err
	case done.Started:
		return c.followAgain(command, done.Execution)
	}
	return c.followRollback(command, done.Execution)
}

// former finds the release to go back to, says what happens with it, and returns the input for that.
func (c cloud) former(ctx context.Context, command *cobra.Command, wish environment.Wish) (input string, err error) {
	history, err := c.History(ctx)
	if err != nil {
		return "", err
	}
	former, input, err := wish.Find(history)
	if err == nil {
		fmt.Fprintln(command.ErrOrStderr(), former.Plan())
	}
	return input, err
}

// foretellRollback says which release under way would be undone, or else runs the former release dry.
func (c cloud) foretellRollback(command *cobra.Command, decision execution.Decision, wish environment.Wish) error {
	running, err := decision.UnderWay(command.Context(), c.history)
	if err != nil {
		return err
	}
	if len(running) > 0 {
		return c.foretellUndo(command, running[0])
	}
	input, err := c.former(command.Context(), command, wish)
	if err != nil {
		return err
	}
	dry, err := dryInput(input)
	if err != nil {
		return err
	}
	return c.foretell(command, dry)
}

// foretellUndo describes what a rollback would do to a release under way.
func (c cloud) foretellUndo(command *cobra.Command, arn string) error {
	now, err := execution.Look(command.Context(), c.history, arn)
	if err != nil {
		return err
	}
	does := now.AwaitsVerdict()
	if does == "" {
		return release.Errorf(release.InvalidRequest, "release %s is under way, and a rollback does not act on it now: wait until it waits for its approval, holds or bakes", now.Name)
	}
	answer := struct {
		Undoes string `json:"undoes"`
		Now    string `json:"now"`
	}{now.Name, does}
	if wantsJSON(command) {
		return showJSON(command, answer)
	}
	_, err = fmt.Fprintf(command.OutOrStdout(), "Undoes release %s, which is %s: the traffic goes back to the former fleet first.\n", answer.Undoes, answer.Now)
	return err
}

func dryInput(input string) (string, error) {
	var request map[string]any
	if err := json.Unmarshal([]byte(input), &request); err != nil {
		return "", err
	}
	request["dryRun"] = true
	dry, err := json.Marshal(request)
	return string(dry), err
}

// followAgain follows a former release that is released again.
func (c cloud) followAgain(command *cobra.Command, arn string) error {
	if detach, err := command.Flags().GetBool("detach"); detach || err != nil {
		fmt.Fprintln(command.OutOrStdout(), release.NameOf(arn))
		return err
	}
	if _, err := c.follow(command, arn); err != nil {
		return err
	}
	return c.showServing(command)
}

// followRollback succeeds if the release ends by the rollback, which is what was asked for.
func (c cloud) followRollback(command *cobra.Command, arn string) error {
	seen, err := c.followVerdict(command, release.Rollback, arn)
	if seen == nil {
		return err
	}
	switch {
	case seen.Error == string(release.FailedClean) && strings.HasPrefix(seen.Cause, string(release.RolledBack)+":"):
		return nil
	case seen.Status == types.ExecutionStatusSucceeded:
		return release.Errorf(release.InvalidRequest, "the rollback came too late: release %s serves; `gallery rollback` again releases the one before it", seen.Name)
	}
	return err
}
