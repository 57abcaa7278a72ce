package main

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/spf13/cobra"

	"photogallery/gallery-ami/app"
	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/release"
)

// cloud is the local cloud, or the stack on AWS, that a command acts on.
type cloud struct {
	place
	sfn     *sfn.Client
	history execution.FollowAPI // follows executions
	events  execution.EventPutter
	polls   execution.Polls
	again   string // the flags that lead a later command to this cloud, with a space before each, or ""
}

// place is a local cloud or a stack on AWS.
type place interface {
	Status(context.Context) (environment.Status, error)
	// Visited adds the visits to a status that has none yet, where they are known.
	Visited(context.Context, *environment.Status)
	Images(context.Context) ([]environment.Image, error)
	History(context.Context) ([]environment.Past, error)
	SBOM(ctx context.Context, image string) ([]byte, error)
	Terminate(ctx context.Context, instance string) error
	Scale(context.Context, environment.Sizes) (environment.Scaled, error)
	Gallery(context.Context) (string, error) // its URL, or "" while there is none
	UploadKey(context.Context) (string, error)
	Schedules(context.Context) ([]environment.Schedule, error)
	// Samples returns the samples of the fleet between two times, and maybe others.
	Samples(ctx context.Context, after, until time.Time) ([]environment.Sample, error)
	Settings(context.Context) (environment.Settings, error)
	Configure(context.Context, environment.SettingsChange) (environment.Configured, error)
	StoreCommand(ctx context.Context, name string, script []byte) error
	TakeRun(ctx context.Context, name string) (release.RunResult, error)

	// machines returns the ARNs of the two state machines.
	machines(context.Context) (release, teardown string, err error)
	// bundle returns the bundle field of a request for the absolute path of a folder. A dry run
	// uploads nothing.
	bundle(ctx context.Context, folder string, dry bool) (string, error)
	// album returns the gallery's storage. The caller closes it.
	album(context.Context) (*app.Album, error)
	// logs reads what a query selects. A reader that follows returns only whole lines.
	logs(query environment.LogQuery, follow bool) (logReader, error)
	// shell runs a shell on an instance until the person leaves it.
	shell(ctx context.Context, instance, profile string) error
	// explain returns an error worded for people.
	explain(error) error
}

// logReader reads logs.
type logReader interface {
	// next returns the new lines, in order of time.
	next(context.Context) ([]environment.LogLine, error)
	// every returns how long to wait before the next read.
	every() time.Duration
	// nothing returns a sentence for people: there is nothing to read.
	nothing() string
}

// onCloud finds the cloud of the command and works on it. Each command line that an error names
// gets the flags that lead to that cloud.
func onCloud(command *cobra.Command, work func(cloud) error) error {
	c, err := findCloud(command)
	if err != nil {
		return err
	}
	return c.explainError(work(c))
}

func findCloud(command *cobra.Command) (cloud, error) {
	name, err := stackOf(command)
	if err != nil || name != "" {
		return findStack(command, name, err)
	}
	found, err := findLocal(command)
	if err != nil {
		return cloud{}, err
	}
	return found.cloud(command), nil
}

// stackVariable names the stack of every command that can work on one.
const stackVariable = "GALLERY_STACK"

// stackOf returns the name of the command's stack, or "" for a local cloud. The --data flag
// overrides a variable that is set for all commands.
func stackOf(command *cobra.Command) (string, error) {
	name, err := command.Flags().GetString("stack")
	if err != nil {
		return "", err
	}
	isGiven, isLocal := command.Flags().Changed("stack"), command.Flags().Changed("data")
	switch {
	case isGiven && name != "" && isLocal:
		return "", release.Errorf(release.InvalidRequest, "--stack is for AWS and --data for a local cloud: give one of them")
	case isGiven || isLocal:
		return name, nil
	}
	return os.Getenv(stackVariable), nil
}

func (c cloud) explainError(err error) error {
	if err == nil || c.again == "" {
		return c.explain(err)
	}
	err = c.explain(err)
	if message := messageOf(err); message != "" {
		return &release.Error{Code: release.CodeOf(err), Message: c.hint(message), Err: err}
	}
	return err
}

// commandLine matches a command in a text, as in `gallery execution r1`.
var commandLine = regexp.MustCompile("`gallery [a-z][^`]*")

// hint adds the flags of this cloud to the commands in a text.
func (c cloud) hint(text string) string {
	return commandLine.ReplaceAllStringFunc(text, func(command string) string {
		if strings.HasSuffix(command, "--help") {
			return command
		}
		return command + c.again
	})
}

// execution finds an execution of either state machine by its name.
func (c cloud) execution(ctx context.Context, name string) (arn string, err error) {
	releases, teardowns, err := c.machines(ctx)
	if err != nil {
		return "", err
	}
	arn, err = execution.Find(ctx, c.sfn, name, releases, teardowns)
	if err == nil && arn == "" {
		err = release.Errorf(release.NotFound, "there is no execution %q: `gallery executions` lists them", name)
	}
	return arn, err
}

// given returns flags as they were given, quoted for a shell, with a space before each.
func given(command *cobra.Command, names ...string) string {
	var all strings.Builder
	for _, name := range names {
		if flag := command.Flags().Lookup(name); flag != nil && flag.Changed && flag.Value.String() != "" {
			fmt.Fprintf(&all, " --%s %s", name, quoted(flag.Value.String()))
		}
	}
	return all.String()
}

var plainWord = regexp.MustCompile(`^[A-Za-z0-9@%+=:,./_-]+$`)

func quoted(word string) string {
	if plainWord.MatchString(word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
