// Package e2e tells the story of a release in an AWS account: it deploys an environment of its own,
// releases, breaks, rolls, stops and tears down, checks what is there after each, and in the end removes
// all of it and looks for what is left. docs/real-aws.md is its document.
package e2e

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photogallery/conformance/aws/leftover"
	"photogallery/conformance/state"
	"photogallery/internal/awsstack"
	"photogallery/internal/environment"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Prefix begins the names of the environments that runs make. All that is in one of them may be deleted.
const Prefix = "e2e"

// suffix is how many characters follow the Prefix.
const suffix = 6

// NewEnvironment names an environment that nobody has.
func NewEnvironment() release.Environment {
	return release.Environment(Prefix + strings.ToLower(rand.Text()[:suffix]))
}

// ParseEnvironment returns the environment of a run. Its error is an InvalidRequest for the name of
// any other.
func ParseEnvironment(name string) (release.Environment, error) {
	environment := release.Environment(name)
	if err := environment.Check(); err != nil {
		return "", err
	}
	if !strings.HasPrefix(name, Prefix) || len(name) != len(Prefix)+suffix {
		return "", release.Errorf(release.InvalidRequest, "environment %q is none of a run's, whose names are %s and %d characters: take it down with `gallery teardown` and `npx cdk destroy`, which leave its photos", name, Prefix, suffix)
	}
	return environment, nil
}

// Options of a Run and of a Clean. All are needed but Account.
type Options struct {
	Config aws.Config
	// Environment is NewEnvironment's or ParseEnvironment's: whatever carries its name is deleted in the
	// end, photos included.
	Environment release.Environment
	Account     string  // the one account in which to run, or "" for whichever the credentials are of
	Cap         float64 // dollars that a run may cost

	// CDK runs the CDK's command with these arguments, to its end or the context's. Its error holds what
	// the command last said.
	CDK func(ctx context.Context, arguments ...string) error
	// Assembly is a folder for what the CDK synthesizes. It outlives the run.
	Assembly string
	// Tool runs a program of this machine and returns the first line of what it says.
	Tool func(ctx context.Context, name string, arguments ...string) (string, error)
	Web  *http.Client // asks the gallery
	Out  io.Writer    // is told each check as it is made

	Story    []Chapter     // Story, or a part of it
	Pause    time.Duration // between two looks
	Patience time.Duration // with a check that does not hold, and with what lists tell of at the end
}

// run is one that is under way.
type run struct {
	Options
	account leftover.Account
	state   state.Environment
	began   time.Time
	until   time.Time // when cleaning up is over at the latest

	stack   *awsstack.Stack     // nil before it is deployed
	gallery string              // URL of the home page, or "" while nothing serves
	serving environment.Serving // the latest release that was seen to serve
	images  int                 // that are kept
	held    int
}

func begin(options Options) *run {
	return &run{
		Options: options, account: leftover.Account{Config: options.Config}, began: time.Now(),
		state: state.Environment{Clients: step.NewClients(options.Config, nil), Name: options.Environment},
	}
}

// Run checks account and price, tells the story and cleans up after it, in any case once the stack was
// begun: also when a check fails, the budget's time is over, or ctx ends. The end of cleaning ends the
// cleaning up itself. The error is a Failure, of the first check that failed and of what is left, or tells
// why nothing was begun. It takes hours.
func Run(ctx, cleaning context.Context, options Options) (err error) {
	r := begin(options)
	budget, err := r.admit(ctx)
	if err != nil {
		return err
	}
	r.until = r.began.Add(budget.Story + cleaningUp)
	defer func() { // whatever becomes of the story
		if err = errors.Join(err, r.clean(cleaning)); err != nil {
			err = r.failure(err)
			return
		}
		r.say("\n%d checks hold, in %s. Nothing is left of environment %s.", r.held, r.elapsed(), r.Environment)
	}()
	story, cancel := context.WithTimeoutCause(ctx, budget.Story, errOver)
	defer cancel()
	return r.tell(story)
}

// Failure is the end of what was begun: a check failed, or something is left.
type Failure struct{ error }

// Unwrap gives what failed.
func (f Failure) Unwrap() error { return f.error }

func (r *run) failure(err error) error {
	return Failure{fmt.Errorf("environment %s, after %s: %w", r.Environment, r.elapsed(), err)}
}

// errOver ends a story for the sake of the cap.
var errOver = errors.New("the time that the cap allows is over")

// Clean removes what an earlier run has left of its environment, and looks whether that is all. The error
// is a Failure if something is left or failed.
func Clean(ctx context.Context, options Options) error {
	r := begin(options)
	if err := r.identify(ctx); err != nil {
		return err
	}
	r.until = r.began.Add(cleaningUp)
	if err := r.clean(ctx); err != nil {
		return r.failure(err)
	}
	r.say("Nothing is left of environment %s.", r.Environment)
	return nil
}

// tell tells chapter after chapter, up to the first that fails.
func (r *run) tell(ctx context.Context) error {
	for _, chapter := range r.Story {
		r.say("  %s %s …", time.Now().Format(time.TimeOnly), chapter.Title)
		if err := r.chapter(ctx, chapter.Title, func(ctx context.Context) (string, error) { return chapter.tell(r, ctx) }); err != nil {
			return err
		}
	}
	return nil
}

// chapter returns one check, with what was seen in words.
func (r *run) chapter(ctx context.Context, title string, check func(context.Context) (string, error)) error {
	began := time.Now()
	seen, err := check(ctx)
	took := time.Since(began).Round(time.Second)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	if err != nil {
		r.say("✗ %-56s %7s  %v", title, took, err)
		return fmt.Errorf("%s: %w", title, err)
	}
	r.held++
	r.say("✓ %-56s %7s  %s", title, took, seen)
	return nil
}

func (r *run) say(format string, args ...any) { fmt.Fprintf(r.Out, format+"\n", args...) }

func (r *run) elapsed() time.Duration { return time.Since(r.began).Round(time.Second) }

// pause waits between two looks.
func (r *run) pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(r.Pause):
		return nil
	}
}
