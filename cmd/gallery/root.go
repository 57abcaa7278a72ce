package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/aws/smithy-go"
	smithyhttp "github.com/aws/smithy-go/transport/http"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"photogallery/internal/local/control"
	"photogallery/internal/terminal"
	"photogallery/release"
)

// The exit statuses, which `gallery help exit-codes` documents.
const (
	exitFailed      = 1
	exitUsage       = 2
	exitNothingUp   = 3 // or it cannot be reached
	exitDirty       = 4
	exitBusy        = 5
	exitInterrupted = 130
)

// run runs one command line and returns its exit status. Data goes to out, everything else to
// progress.
func run(ctx context.Context, arguments []string, out, progress io.Writer) (status int) {
	root := rootCommand()
	root.SetArgs(arguments)
	out, progress = terminal.Harmless(out), terminal.Harmless(progress)
	root.SetOut(out)
	root.SetErr(progress)
	refuseUnknown(root) // before it runs, as the completion remembers its output
	err := told(root.ExecuteContext(ctx))
	if err == nil {
		return 0
	}
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return exitInterrupted
	}
	if message := messageOf(err); message != "" {
		fmt.Fprintln(progress, "gallery: "+message)
	}
	return statusOf(err)
}

// ended is the error of a command that has printed its outcome already. Only its status matters.
type ended struct{ status int }

// Error implements error.
func (e ended) Error() string { return fmt.Sprintf("ended with status %d", e.status) }

func messageOf(err error) string {
	var done ended
	if errors.As(err, &done) {
		return ""
	}
	var known *release.Error
	if errors.As(err, &known) {
		return known.Message
	}
	return err.Error()
}

func statusOf(err error) int {
	var done ended
	if errors.As(err, &done) {
		return done.status
	}
	switch release.CodeOf(err) {
	case release.NothingUp, release.AccessDenied, release.Throttled, release.AwsUnavailable:
		return exitNothingUp
	case release.InvalidRequest, release.NotFound:
		return exitUsage
	}
	return exitFailed
}

func rootCommand() *cobra.Command {
	root := &cobra.Command{
		Use:           "gallery",
		Short:         "Release a web app behind a load balancer, and tear it down again",
		Args:          noArguments,
		RunE:          func(command *cobra.Command, _ []string) error { return command.Help() },
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.PersistentFlags().String("data", "", "the local cloud's `folder` (default: in your data folder)")
	addAWSFlags(root)
	root.SetFlagErrorFunc(func(command *cobra.Command, err error) error {
		var unfit *pflag.InvalidValueError
		if errors.As(err, &unfit) {
			return release.Errorf(release.InvalidRequest, "--%s %q: give %s", unfit.GetFlag().Name, unfit.GetValue(), kinds[unfit.GetFlag().Value.Type()])
		}
		return release.Errorf(release.InvalidRequest, "%w; see `%s --help`", err, command.CommandPath())
	})
	root.SuggestionsMinimumDistance = 2
	root.AddCommand(
		initCommand(), upCommand(), releaseCommand(), runCommand(), promoteCommand(), rollbackCommand(), teardownCommand(), wakeCommand(), sleepCommand(), statusCommand(), consoleCommand(), historyCommand(), executionsCommand(), executionCommand(), imagesCommand(),
		scaleCommand(), terminateCommand(), crashCommand(), loadCommand(), logsCommand(), shellCommand(), uploadCommand(), uploadKeyCommand(),
		configCommand(), secretCommand(), costCommand(), doctorCommand(), gradeCommand(), labCommand(), versionCommand(), exitCodesTopic(),
	)
	return root
}

// refuseUnknown makes cobra's own commands refuse unknown arguments, as all others do.
func refuseUnknown(root *cobra.Command) {
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, command := range root.Commands() {
		switch command.Name() {
		case "help":
			command.Args = func(_ *cobra.Command, arguments []string) error {
				found, rest, err := root.Find(arguments)
				if err != nil {
					return err
				}
				return noArguments(found, rest)
			}
		case "completion":
			command.Args = noArguments
			command.RunE = func(command *cobra.Command, _ []string) error { return command.Help() }
		}
	}
}

// kinds maps pflag's names of types to words for people.
var kinds = map[string]string{
	"bool": "true or false", "int": "a whole number", "float64": "a number", "duration": "a time such as 90s or 10m",
	"intSlice": "whole numbers such as 5,50,100", "JSON": "JSON, such as []", "time": "a time of day such as 14:30, or one such as 2026-01-31T14:30:00Z", "moment": "a time before now such as 90m, or a moment such as 2026-01-31T18:00:00Z",
}

func noArguments(command *cobra.Command, arguments []string) error {
	if len(arguments) == 0 {
		return nil
	}
	meant := ""
	if alike := command.SuggestionsFor(arguments[0]); len(alike) > 0 {
		meant = ", but " + strings.Join(alike, ", ")
	}
	return release.Errorf(release.InvalidRequest, "%s knows no %q%s; see `%s --help`", command.CommandPath(), arguments[0], meant, command.CommandPath())
}

// told returns an error of the Step Functions API in words for people.
func told(err error) error {
	var known *release.Error
	var broken *smithyhttp.RequestSendError
	var api smithy.APIError
	switch {
	case errors.As(err, &known):
	case errors.As(err, &broken) && !errors.Is(err, context.Canceled):
		return release.Errorf(release.NothingUp, "the local cloud does not answer any more (%w): start it with `gallery up`", broken.Err)
	case errors.As(err, &api):
		return release.Errorf(release.CodeOf(err), "%s", api.ErrorMessage())
	}
	return err
}

// dataFolder returns the folder in --data, or the default.
func dataFolder(command *cobra.Command) (string, error) {
	given, err := command.Flags().GetString("data")
	if err != nil || given != "" {
		return given, err
	}
	return control.DefaultData()
}
