package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/spf13/cobra"

	"photogallery/internal/cost"
	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/internal/price"
	"photogallery/lambdas/plan"
	"photogallery/release"
)

// exitTimedOut is the exit status of timeout(1).
const exitTimedOut = 124

// maxCommand is the length of a command, in bytes.
const maxCommand = 16 << 10

func runCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "run [flags] -- COMMAND [ARGUMENT...]",
		Short: "Run a command once beside the fleet, such as a migration",
		Long: `Run a command once, on an instance of its own, with the image, the settings and
the secrets of the release that serves, or of another one. It runs as the app's
service does: as its user, in its folder, with its variables. It gets no
visitors, no terminal and no input.

The output and the exit status are the command's. Of more than 1 MB of output
the end is kept. After its time, or with Ctrl-C, the command is ended, and the
status is 124 or 130. While it runs, no release and no teardown does. Nothing is
left of it, whether it succeeds or fails.`,
		Example: `  gallery run -- python3 manage.py migrate
  gallery run --time-limit 30m -- bash -c 'du -sh . && env | sort'
  gallery run --release release-20260131-120000-000 -- ./migrate --down`,
		RunE: runRun,
	}
	f := command.Flags()
	f.SetInterspersed(false) // what follows the command's name is the command's
	f.String("release", "", "the `release` whose image and settings the command gets (default: the one that serves)")
	f.String("time-limit", "10m", "end the command after this `time`, at most 30m")
	f.String("instance-type", "", "the instance's `type` (default: "+plan.UsualType(release.ARM64)+", or "+plan.UsualType(release.X8664)+" on x86_64)")
	f.Bool("wait", false, "wait while a release or a teardown runs")
	completeFlag(command, "release", releasesToRun)
	return command
}

func runRun(command *cobra.Command, words []string) error {
	script, err := scriptOf(words)
	if err != nil {
		return err
	}
	flags := command.Flags()
	wait, err := flags.GetBool("wait")
	if err != nil {
		return err
	}
	request := release.Request{
		Run: flags.Lookup("time-limit").Value.String(), InstanceType: flags.Lookup("instance-type").Value.String(), Wait: wait, By: person(),
	}
	if _, err := inputOf(request); err != nil {
		return err
	}
	return onCloud(command, func(c cloud) error { return c.run(command, request, script) })
}

// scriptOf returns the command as a bash script.
func scriptOf(words []string) (string, error) {
	script := "exec"
	for _, word := range words {
		script += " " + quoted(word)
	}
	switch {
	case len(words) == 0:
		return "", release.Errorf(release.InvalidRequest, "there is no command: give it after --, such as `gallery run -- python3 manage.py migrate`")
	case len(script) > maxCommand:
		return "", release.Errorf(release.InvalidRequest, "the command has %d bytes, and at most %d are taken: put a script into the bundle and run that", len(script), maxCommand)
	}
	return script + "\n", nil
}

// inputOf returns the request as an input, checked.
func inputOf(request release.Request) (string, error) {
	input, err := json.Marshal(request)
	if err == nil {
		_, err = release.ParseRequest(input)
	}
	return string(input), err
}

// run runs the command to its end and passes its output and exit status on.
func (c cloud) run(command *cobra.Command, request release.Request, script string) error {
	ctx := command.Context()
	machine, _, err := c.machines(ctx)
	if err != nil {
		return err
	}
	history, err := c.History(ctx)
	if err != nil {
		return err
	}
	on, err := releaseToRun(history, command.Flags().Lookup("release").Value.String())
	if err != nil {
		return err
	}
	request.Image, request.Settings = on.Image, cmp.Or(on.Settings, release.NoSettings)
	request.InstanceType = cmp.Or(request.InstanceType, c.usualType())
	input, err := inputOf(request)
	if err != nil {
		return err
	}
	fmt.Fprintln(command.ErrOrStderr(), c.beforeRun(on, request))
	name := release.ExecutionName("run", time.Now())
	if err := c.StoreCommand(ctx, name, []byte(script)); err != nil {
		return err
	}
	arn, err := execution.Start(ctx, c.sfn, machine, "run", name, input)
	if err != nil {
		_, _ = c.TakeRun(context.WithoutCancel(ctx), name) // the start's error says more
		return err
	}
	_, followed := c.draw(command, arn)
	if ctx.Err() != nil {
		return c.stopRun(command, arn)
	}
	return c.showRun(command, name, followed)
}

// usualType is the default type of instances in the environment. The fleet's own may be far larger than a
// command needs.
func (c cloud) usualType() string {
	switch place := c.place.(type) {
	case awsCloud:
		return plan.UsualType(place.Architecture)
	case localCloud:
		return plan.UsualType(place.endpoint.Architecture)
	}
	return ""
}

// releaseToRun returns the release of that name, or the serving one for "". Its image must be there.
func releaseToRun(history []environment.Past, name string) (environment.Past, error) {
	at := slices.IndexFunc(history, func(p environment.Past) bool {
		return p.Kind == release.ReleaseEntry && (p.Name == name || name == "" && p.Serves)
	})
	switch {
	case at < 0 && name == "":
		return environment.Past{}, release.Errorf(release.InvalidRequest, "no release serves, whose image the command could run on: release one with `gallery release`, or name a former one with --release")
	case at < 0:
		return environment.Past{}, release.Errorf(release.NotFound, "the history has no release %q: `gallery history` lists them", name)
	case !history[at].Serves && history[at].Again != environment.FromImage:
		return environment.Past{}, release.Errorf(release.InvalidRequest, "release %s has no image that a command could run on: `gallery history` shows which releases have one", name)
	}
	return history[at], nil
}

// beforeRun says what the command runs on, and what that costs and may do.
func (c cloud) beforeRun(on environment.Past, request release.Request) string {
	words := fmt.Sprintf("It runs on an instance of its own, from the image of release %s (version %s), for at most %s; it has no terminal and no input.", on.Name, on.Version, request.Run)
	if _, isHere := c.place.(localCloud); isHere {
		return words + " Here that is a process of this machine."
	}
	hour, err := cost.OfRun(price.Load(), request.InstanceType)
	costs := fmt.Sprintf("A %s with its disk and address costs about %.4f USD an hour, by the second.", request.InstanceType, hour)
	if err != nil {
		costs = "What it costs is unknown: " + messageOf(err)
	}
	return words + "\n" + costs + " It has the role RunnerRole, which may read the settings and secrets and read and write the photos, a public subnet, and the security groups of fleet and builder: nothing connects to it."
}

// stopRun ends the run that a person does not await any more. The stack undoes it.
func (c cloud) stopRun(command *cobra.Command, arn string) error {
	const patience = 30 * time.Second
	ctx, cancel := context.WithTimeout(context.WithoutCancel(command.Context()), patience)
	defer cancel()
	name := release.NameOf(arn)
	_, err := c.sfn.StopExecution(ctx, &sfn.StopExecutionInput{
		ExecutionArn: &arn, Error: aws.String("Interrupted"), Cause: aws.String("The person who ran the command ended it."),
	})
	if err != nil {
		return release.Errorf(release.CodeOf(err), "the run %s goes on, because it could not be stopped: %w", name, c.explain(err))
	}
	_, _ = c.TakeRun(ctx, name) // it is deleted after a day anyway
	fmt.Fprintf(command.ErrOrStderr(), "\n%s is stopped, and its instance is being terminated; %s shows that.\n", name, c.hint("`gallery executions`"))
	return ended{exitInterrupted}
}

// showRun prints the output of a run that has ended, and returns its status.
func (c cloud) showRun(command *cobra.Command, name string, followed error) error {
	result, err := c.TakeRun(command.Context(), name)
	switch {
	case release.CodeOf(err) == release.NotFound && followed != nil:
		return followed // it says why there is none
	case err != nil:
		return err
	}
	if _, err := command.OutOrStdout().Write(result.Output); err != nil {
		return err
	}
	if result.Truncated {
		fmt.Fprintf(command.ErrOrStderr(), "The output was longer: this is its end, %d bytes.\n", len(result.Output))
	}
	switch {
	case followed != nil && statusOf(followed) == exitDirty:
		return followed
	case result.TimedOut:
		return ended{exitTimedOut}
	case result.ExitStatus != 0:
		return ended{result.ExitStatus}
	}
	return followed
}

func releasesToRun(command *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
	return completions(command, nil, func(c cloud) (words []string) {
		history, err := c.History(command.Context())
		if err != nil {
			return nil
		}
		for _, p := range history {
			if p.Serves || p.Again == environment.FromImage {
				words = append(words, cobra.CompletionWithDesc(p.Name, strings.TrimSpace("version "+p.Version)))
			}
		}
		return words
	})
}
