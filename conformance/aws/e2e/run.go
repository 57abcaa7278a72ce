// Package e2e runs the life of a release in an AWS account: it deploys an environment of its own,
// releases, breaks, rolls, stops and tears down, checks the resources after each, and in the end
// removes all of them and looks for leftovers. docs/real-aws.md is its document.
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

// Prefix begins the names of the runs' environments. Everything in them may be deleted.
const Prefix = "e2e"

// suffix is how many characters follow the Prefix.
const suffix = 6

// NewEnvironment returns a new name for an environment.
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

// Options are the options of a Run and of a Clean. All are required except Account and Sleeps.
type Options struct {
	Config aws.Config
	// Environment is from NewEnvironment or ParseEnvironment: everything with its name is deleted
	// in the end, including photos.
	Environment release.Environment
	Account     string  // the only account in which to run, or "" for that of the credentials
	Cap         float64 // limit of a run's cost in dollars
	Sleeps      bool    // the stack was deployed with sleepAfter, which a run's own is not

	// CDK runs the CDK's command with these arguments until it or the context ends. Its error holds
	// the end of the output.
	CDK func(ctx context.Context, arguments ...string) error
	// Assembly is a folder for the synthesized stack. It outlives the run.
	Assembly string
	// Tool runs a program of this machine and returns the first line of what it says.
	Tool func(ctx context.Context, name string, arguments ...string) (string, error)
	Web  *http.Client // sends requests to the gallery
	Out  io.Writer    // receives each check

	Story    Story
	Answers  string        // the path of the file for the answers of AWS
	Pause    time.Duration // between two polls
	Patience time.Duration // with a failed check, and with what lists contain at the end
}

// run is a run in progress.
type run struct {
	Options
	account leftover.Account
	state   state.Environment
	began   time.Time
	until   time.Time // the deadline of cleaning up

	answers answers

	stack   *awsstack.Stack     // nil before it is deployed
	gallery string              // URL of the home page, or "" while nothing serves
	serving environment.Serving // the latest release that served
	images  int                 // the number of kept images
	held    int
}

func begin(options Options) *run {
	r := &run{Options: options, began: time.Now(), answers: answers{refused: map[string]int{}}}
	r.Config = r.answers.watched(options.Config)
	r.account = leftover.Account{Config: r.Config}
	r.state = state.Environment{Clients: step.NewClients(r.Config, nil), Name: options.Environment, Sleeps: options.Sleeps}
	return r
}

// Run checks account and price, runs the story and cleans up after it if the stack was begun: also
// if a check fails, the budget's time is over, or ctx ends. The end of cleaning ends the cleaning
// up itself. The error is a Failure with the first failed check and what is left, or says why
// nothing was begun. It takes hours.
func Run(ctx, cleaning context.Context, options Options) (err error) {
	r := begin(options)
	budget, err := r.admit(ctx)
	if err != nil {
		return err
	}
	r.until = r.began.Add(budget.Story + cleaningUp)
	defer func() { // whatever the result of the story
		if err = errors.Join(err, r.clean(cleaning), r.writeAnswers()); err != nil {
			err = r.failure(err)
			return
		}
		r.say("\n%d checks hold, in %s. Nothing is left of environment %s. What AWS answered is in %s.", r.held, r.elapsed(), r.Environment, r.Answers)
	}()
	story, cancel := context.WithTimeoutCause(ctx, budget.Story, errOver)
	defer cancel()
	return r.tell(story)
}

// Failure is the error of a run that was begun: a check failed, or something is left.
type Failure struct{ error }

// Unwrap returns the failures.
func (f Failure) Unwrap() error { return f.error }

func (r *run) failure(err error) error {
	return Failure{fmt.Errorf("environment %s, after %s: %w", r.Environment, r.elapsed(), err)}
}

// errOver ends a story because of the cap.
var errOver = errors.New("the time that the cap allows is over")

// Clean removes what an earlier run has left of its environment, and checks that nothing else is
// left. The error is a Failure if something is left or failed.
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

// tell runs chapter after chapter, up to the first that fails.
func (r *run) tell(ctx context.Context) error {
	for _, chapter := range r.Story.Chapters {
		r.say("  %s %s …", time.Now().Format(time.TimeOnly), chapter.Title)
		if err := r.chapter(ctx, chapter.Title, chapter.Takes, func(ctx context.Context) (string, error) { return chapter.tell(r, ctx) }); err != nil {
			return err
		}
	}
	return nil
}

// chapter runs one check and prints what it saw. Its estimate is 0 if there is none.
func (r *run) chapter(ctx context.Context, title string, estimate time.Duration, check func(context.Context) (string, error)) error {
	began := time.Now()
	seen, err := check(ctx)
	took := time.Since(began).Round(time.Second)
	if cause := context.Cause(ctx); err != nil && cause != nil {
		err = cause
	}
	r.answers.check(title, took, estimate, err)
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

// pause waits between two polls.
func (r *run) pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-time.After(r.Pause):
		return nil
	}
}
