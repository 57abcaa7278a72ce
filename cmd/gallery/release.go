package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"photogallery/internal/cron"
	"photogallery/internal/environment"
	"photogallery/internal/source"
	"photogallery/release"
)

// requestFlags maps flags to the fields of a release request.
var requestFlags = map[string]string{
	"version": "version", "bundle": "bundle", "image": "image", "rebake": "rebake", "rebake-if-newer": "rebakeIfNewer", "instance-type": "instanceType",
	"min-size": "minSize", "max-size": "maxSize", "desired": "desired", "ttl": "ttl", "session-ends": "sessionEnds", "wait": "wait", "dry-run": "dryRun",
	"strategy": "strategy", "traffic": "traffic", "hold": "hold", "bake-time": "bakeTime",
	"approval": "approval", "approval-timeout": "approvalTimeout",
	"settings": "settings", "by": "by",
	"sizes": "sizes", "time-zone": "timeZone",
}

func releaseCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "release",
		Short: "Release a version, and follow it to its end",
		Long: `Release a version, and follow it to its end.

Without flags the bundle released last is released again. Content that has an
image already is not baked again. With --stack a bundle's folder is packed and
uploaded first. Ctrl-C stops following, not the release.`,
		Args: noArguments,
		Example: `  gallery release --bundle examples/lesson
  gallery release --bundle own                     # the gallery again
  gallery release --image ami-0123456789abcdef0    # a rollback
  gallery release --traffic 5,50,100 --hold 10m    # the traffic moves in steps
  gallery release --rebake --dry-run               # what that would do
  gallery release --time-zone Europe/Zurich \
    --sizes '[{"days": ["TUE"], "from": "18:00", "until": "21:00", "minSize": 6, "maxSize": 8}]'
  gallery release --input '{"minSize": 3}'`,
		RunE: runRelease,
	}
	f := command.Flags()
	f.String("version", "", "the `name` of the version")
	f.String("bundle", "", "the `folder` to release; own for the deployment's own bundle, the gallery")
	f.String("image", "", "release this existing `image` and bake nothing: a rollback")
	f.Bool("rebake", false, "bake a new image even if there is one of this content")
	f.Bool("rebake-if-newer", false, "bake what serves again, and only if there is a newer base image than its image has")
	f.String("instance-type", "", "the instances' `type`")
	f.Int("min-size", 0, "the fewest instances")
	f.Int("max-size", 0, "the most instances")
	f.Int("desired", 0, "how many instances to run now")
	f.Var(&jsonFlag{}, "sizes", "other sizes at certain hours, as a `JSON` list such as '[{\"days\": [\"TUE\"], \"from\": \"18:00\", \"until\": \"21:00\", \"minSize\": 6, \"maxSize\": 8}]'; [] removes them")
	f.String("time-zone", "", "the `name` of the time zone of --sizes, such as Europe/Zurich (default UTC)")
	f.String("ttl", "", "tear everything down after this `time`, such as 90m")
	f.Var(&sessionEnds{}, "session-ends", "tear everything down before the session of a Learner Lab ends at this `time`, such as 14:30 here or 2026-01-31T14:30:00Z")
	f.String("strategy", "", "the `strategy`: blueGreen makes a second fleet and moves the traffic there, rolling replaces the fleet's instances and needs fewer vCPUs (default blueGreen)")
	f.IntSlice("traffic", nil, "the `percentages` of the traffic that a second fleet gets one after the other, such as 5,50,100 (default 100)")
	f.String("hold", "", "the `time` that each percentage before 100 is watched (default 2m)")
	f.String("bake-time", "", "the `time` that the release is watched after its last change, before it is final (default 5m)")
	f.Bool("approval", false, "wait for gallery promote before the first visitor, and again before 100 % if there are steps")
	f.String("approval-timeout", "", "the `time` to wait for each approval; silence is a no (default 1h)")
	f.String("by", "", "the `person` who starts it, for the history (default: you)")
	f.String("settings", "", "the `digest` of the settings that the instances get, or none (default: the configured ones)")
	f.Bool("wait", false, "wait while another run holds the environment")
	f.Bool("dry-run", false, "say what the release would do, how long it takes and what it costs, and do nothing")
	f.String("input", "", "the whole request as `JSON`, instead of the flags above")
	addRunFlags(command)
	completeFlag(command, "image", imageIDs)
	completeFlag(command, "strategy", strategies)
	return command
}

func runRelease(command *cobra.Command, _ []string) error {
	input, folder, dry, err := releaseInput(command.Flags())
	if err != nil {
		return err
	}
	if input, err = withStarter(command.Context(), input, folder); err != nil {
		return err
	}
	return onCloud(command, func(c cloud) error {
		if folder != "" {
			bundle, err := c.bundle(command.Context(), folder, dry)
			if err != nil {
				return err
			}
			if input, err = withFields(input, map[string]any{"bundle": bundle}); err != nil {
				return err
			}
		}
		if dry {
			return c.foretell(command, input)
		}
		return c.release(command, input)
	})
}

// withStarter says who starts the release and from which commit, unless the request does.
func withStarter(ctx context.Context, input, folder string) (string, error) {
	request, err := release.ParseRequest([]byte(input))
	if err != nil {
		return "", err
	}
	said := map[string]any{}
	if request.By == "" {
		said["by"] = person()
	}
	if request.Commit == "" && folder != "" {
		said["commit"] = source.Commit(ctx, folder)
	}
	return withFields(input, said)
}

func (c cloud) release(command *cobra.Command, input string) error {
	machine, _, err := c.machines(command.Context())
	if err != nil {
		return err
	}
	seen, err := c.start(command, machine, "release", input)
	if err != nil || seen == nil || seen.Unchanged() != "" {
		return err
	}
	return c.showServing(command)
}

// showServing prints where a release that has succeeded is, and when it is torn down.
func (c cloud) showServing(command *cobra.Command) error {
	gallery, err := c.Gallery(command.Context())
	if err != nil {
		fmt.Fprintf(command.ErrOrStderr(), "Its address is unknown: %s\n", messageOf(c.explain(err)))
		return nil // the release has succeeded anyway
	}
	fmt.Fprintln(command.OutOrStdout(), gallery)
	schedules, err := c.Schedules(command.Context())
	if err != nil {
		fmt.Fprintf(command.ErrOrStderr(), "The time of its teardown is unknown: %s\n", messageOf(c.explain(err)))
		return nil
	}
	fmt.Fprintln(command.ErrOrStderr(), teardownOf(schedules, time.Now(), c.hint("`gallery teardown`")))
	return nil
}

// teardownOf returns when the next schedule, the stack's or a ttl's, tears the release down. A
// schedule whose time cannot be computed is printed as it is written.
func teardownOf(schedules []environment.Schedule, now time.Time, command string) string {
	var first environment.Schedule
	sleeps := false
	for _, s := range schedules {
		sleeps = sleeps || s.Starts == "sleep"
		if s.Starts != "teardown" {
			continue
		}
		if s.Next.IsZero() {
			var err error
			if s.Next, err = cron.Next(s.Expression, s.TimeZone, now); err != nil {
				return fmt.Sprintf("The schedule %s tears it down: %s %s.", s.Name, s.Expression, s.TimeZone)
			}
		}
		if !s.Next.IsZero() && (first.Next.IsZero() || s.Next.Before(first.Next)) {
			first = s
		}
	}
	if first.Next.IsZero() && sleeps {
		return "It is torn down when nobody has visited it for a while."
	}
	if first.Next.IsZero() {
		return "No teardown is scheduled: it serves until " + command + "."
	}
	return fmt.Sprintf("The schedule %s tears it down at %s.", first.Name, first.Next.Local().Format("2006-01-02 15:04 MST"))
}

// releaseInput returns the request, checked before any call, the absolute path of its bundle's
// folder, or "" if it names none, and whether it is a dry run.
func releaseInput(flags *pflag.FlagSet) (input, folder string, dry bool, err error) {
	input, err = flags.GetString("input")
	if err != nil {
		return "", "", false, err
	}
	if !flags.Changed("input") {
		if input, err = fromFlags(flags); err != nil {
			return "", "", false, err
		}
	} else if also := changed(flags); len(also) > 0 {
		return "", "", false, release.Errorf(release.InvalidRequest, "--input is the whole request: write %s into it instead", strings.Join(also, ", "))
	}
	request, err := release.ParseRequest([]byte(input))
	if err != nil || slices.Contains([]string{"", release.OwnBundle}, request.Bundle) || isURL(request.Bundle) {
		return input, "", request.DryRun, err
	}
	folder, err = bundleFolder(request.Bundle)
	return input, folder, request.DryRun, err
}

// bundleFolder returns the absolute path, because the cloud may work in another folder, and refuses
// a path that does not exist.
func bundleFolder(bundle string) (string, error) {
	path, err := filepath.Abs(bundle)
	if err != nil {
		return "", err
	}
	found, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", release.Errorf(release.InvalidRequest, "bundle: the folder %s does not exist; give the path of one", bundle)
	}
	if err != nil {
		return "", release.Errorf(release.InvalidRequest, "bundle: the folder %s cannot be read: %w", bundle, err)
	}
	if !found.IsDir() {
		return "", release.Errorf(release.InvalidRequest, "bundle: %s is a file; give the folder that the bundle is made of", bundle)
	}
	return path, nil
}

// withFields sets fields of a request. A field of "" is left out.
func withFields(input string, fields map[string]any) (string, error) {
	var request map[string]any
	if err := json.Unmarshal([]byte(input), &request); err != nil {
		return "", err
	}
	for name, value := range fields {
		if value != "" {
			request[name] = value
		}
	}
	encoded, err := json.Marshal(request)
	return string(encoded), err
}

func isURL(bundle string) bool { return strings.Contains(bundle, ":/") }

func changed(flags *pflag.FlagSet) (names []string) {
	flags.Visit(func(flag *pflag.Flag) {
		if _, isField := requestFlags[flag.Name]; isField {
			names = append(names, "--"+flag.Name)
		}
	})
	slices.Sort(names)
	return names
}

func fromFlags(flags *pflag.FlagSet) (string, error) {
	request := map[string]any{}
	flags.Visit(func(flag *pflag.Flag) {
		field, isField := requestFlags[flag.Name]
		if !isField {
			return
		}
		var value any = flag.Value.String()
		if kind := flag.Value.Type(); kind != "string" && kind != "time" {
			value = json.RawMessage(flag.Value.String())
		}
		request[field] = value
	})
	encoded, err := json.Marshal(request)
	return string(encoded), err
}
