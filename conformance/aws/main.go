// Command aws tells the story of a release in your AWS account, held to a price, and looks for what is
// left: make aws. With -size short it tells its shortest form. With -sweep it looks again for what earlier runs have left, and with the name of an
// environment of theirs removes that: make aws-sweep. docs/real-aws.md is its document.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"time"

	"photogallery/conformance/aws/e2e"
	"photogallery/internal/awsstack"
	"photogallery/internal/doctor"
	"photogallery/release"
)

// Environment variables.
const (
	wanted  = "GALLERY_AWS_E2E"         // 1 to run
	capped  = "GALLERY_AWS_E2E_CAP"     // dollars
	account = "GALLERY_AWS_E2E_ACCOUNT" // the only account in which to run
)

// Exit statuses.
const (
	failed  = 1 // a check failed, or something is left
	refused = 2 // nothing was begun
)

func main() {
	ctx, cleaning, stop := interruptible(len(os.Args) > 1)
	defer stop()
	err := run(ctx, cleaning, os.Args[1:], os.Getenv, os.Stdout)
	if err == nil {
		return
	}
	fmt.Fprintln(os.Stderr, err)
	os.Exit(statusOf(err))
}

func statusOf(err error) int {
	var failure e2e.Failure
	if errors.As(err, &failure) {
		return failed
	}
	return refused
}

// errRefused is the error of a run without consent.
var errRefused = release.Errorf(release.InvalidRequest, "nothing was done: set %s=1 to do that", wanted)

func run(ctx, cleaning context.Context, arguments []string, getenv func(string) string, out io.Writer) error {
	flags := flag.NewFlagSet("aws", flag.ContinueOnError)
	flags.SetOutput(out)
	size := flags.String("size", "", "of the story: whole, or short")
	sweep := flags.Bool("sweep", false, "look for what runs have left, or remove the environment that is named")
	if err := flags.Parse(arguments); err != nil {
		return release.Errorf(release.InvalidRequest, "%w", err)
	}
	story, err := e2e.StoryOf(*size)
	if err != nil {
		return err
	}
	most, err := capOf(getenv(capped))
	switch {
	case err != nil:
		return err
	case !*sweep && flags.NArg() > 0 || flags.NArg() > 1:
		return release.Errorf(release.InvalidRequest, "%q: the only argument is an environment's name, after -sweep", flags.Args())
	case *sweep && flags.Arg(0) == "":
		return list(ctx, out)
	case *sweep:
		return clean(ctx, flags.Arg(0), getenv(account), out)
	}
	return tell(ctx, cleaning, story, most, getenv, out)
}

// tell says what a run would do and cost, and runs it if somebody has consented.
func tell(ctx, cleaning context.Context, story e2e.Story, most float64, getenv func(string) string, out io.Writer) error {
	text, err := story.Describe(most)
	if err != nil {
		return err
	}
	fmt.Fprintln(out, text+"\n")
	if getenv(wanted) != "1" {
		return errRefused
	}
	options, err := optionsOf(ctx, e2e.NewEnvironment(), getenv(account), out)
	if err != nil {
		return err
	}
	options.Cap, options.Story = most, story
	if err := e2e.Run(ctx, cleaning, options); err != nil {
		return err
	}
	return os.RemoveAll(options.Assembly)
}

// capOf returns the cap of the variable, or the default.
func capOf(given string) (float64, error) {
	if given == "" {
		return e2e.DefaultCap, nil
	}
	most, err := strconv.ParseFloat(given, 64)
	if err != nil || !(most > 0) {
		return 0, release.Errorf(release.InvalidRequest, "%s=%q: give the dollars that a run may cost, such as %.2f", capped, given, e2e.DefaultCap)
	}
	return most, nil
}

// attempts amounts to about three minutes, so that a run outlasts a lost connection.
const attempts = 15

func optionsOf(ctx context.Context, environment release.Environment, account string, out io.Writer) (e2e.Options, error) {
	config, err := awsstack.Configure(ctx, "", "")
	if err != nil {
		return e2e.Options{}, err
	}
	config.RetryMaxAttempts = attempts
	cdk, err := newCDK(string(environment), config)
	if err != nil {
		return e2e.Options{}, err
	}
	return e2e.Options{
		Config: config, Environment: environment, Account: account, CDK: cdk.run, Assembly: cdk.folder, Tool: doctor.FirstLine,
		Web: &http.Client{Timeout: 20 * time.Second}, Out: out, Answers: cdk.folder + ".answers.txt", Pause: 10 * time.Second, Patience: 10 * time.Minute,
	}, nil
}

// clean removes what one run has left.
func clean(ctx context.Context, name, account string, out io.Writer) error {
	environment, err := e2e.ParseEnvironment(name)
	if err != nil {
		return err
	}
	options, err := optionsOf(ctx, environment, account, out)
	if err != nil {
		return err
	}
	return e2e.Clean(ctx, options)
}

// list lists what every run has left, and removes nothing, because one may be in progress.
func list(ctx context.Context, out io.Writer) error {
	config, err := awsstack.Configure(ctx, "", "")
	if err != nil {
		return err
	}
	return e2e.List(ctx, config, out)
}
