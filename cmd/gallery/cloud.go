package main

import (
	"context"
	"fmt"
	"io"
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
	history execution.FollowAPI // that executions are followed with
	polls   execution.Polls
	again   string // the flags that lead a next command here, with a space before each; "" for none
}

// place is a local cloud, here, or a stack on AWS, there.
type place interface {
	Status(context.Context) (environment.Status, error)
	Images(context.Context) ([]environment.Image, error)
	Terminate(ctx context.Context, instance string) error
	Gallery(context.Context) (string, error) // its URL; "" while there is none
	UploadKey(context.Context) (string, error)
	Schedules(context.Context) ([]environment.Schedule, error)

	// machines are the ARNs of the two state machines.
	machines(context.Context) (release, teardown string, err error)
	// bundle returns what a request names for the absolute path of a folder.
	bundle(ctx context.Context, folder string) (string, error)
	// album is the gallery's storage. The caller closes it.
	album(context.Context) (*app.Album, error)
	// logs reads what an instance has logged since then, or with "" all of them.
	logs(instance string, since time.Duration) (logReader, error)
	// shell runs a shell on an instance until the person leaves it.
	shell(ctx context.Context, instance, profile string) error
	// explain gives an error the words for people.
	explain(error) error
}

// logReader reads logs.
type logReader interface {
	// next writes what is new, and reports whether anything was.
	next(ctx context.Context, to io.Writer) (bool, error)
	// every is how long to wait before there is reason to ask again.
	every() time.Duration
	// nothing tells people that there is nothing to read.
	nothing() string
}

// onCloud finds the cloud that the command is for and works on it. What goes wrong is told with the
// flags that lead there in every command line that it names.
func onCloud(command *cobra.Command, work func(cloud) error) error {
	c, err := findCloud(command)
	if err != nil {
		return err
	}
	return c.told(work(c))
}

func findCloud(command *cobra.Command) (cloud, error) {
	name, err := stackOf(command)
	if err != nil || name != "" {
		return findThere(command, name, err)
	}
	found, err := findHere(command)
	if err != nil {
		return cloud{}, err
	}
	return found.cloud(command), nil
}

// stackVariable names a stack for every command that can work on one.
const stackVariable = "GALLERY_STACK"

// stackOf is the name of the stack that the command is for; "" for a local cloud. A data folder that
// is named goes before a variable that is set for all commands.
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

func (c cloud) told(err error) error {
	if err == nil || c.again == "" {
		return c.explain(err)
	}
	err = c.explain(err)
	if message := messageOf(err); message != "" {
		return &release.Error{Code: release.CodeOf(err), Message: c.hint(message), Err: err}
	}
	return err
}

// commandLine is how texts name a command to call: `gallery execution r1`.
var commandLine = regexp.MustCompile("`gallery [a-z][^`]*")

// hint leads the commands that a text names to this cloud.
func (c cloud) hint(text string) string {
	return commandLine.ReplaceAllStringFunc(text, func(command string) string {
		if strings.HasSuffix(command, "--help") {
			return command
		}
		return command + c.again
	})
}

// execution finds the execution of a name in either state machine.
func (c cloud) execution(ctx context.Context, name string) (arn string, err error) {
	releases, teardowns, err := c.machines(ctx)
	if err != nil {
		return "", err
	}
	arn, err = execution.Find(ctx, c.sfn, name, releases, teardowns)
	if err == nil && arn == "" {
		err = release.Errorf(release.NotFound, "there is no execution %q: `gallery executions` lists those there are", name)
	}
	return arn, err
}

// given are flags of a command line as they were given, with a space before each, for a shell.
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
