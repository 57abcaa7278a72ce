package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/smithy-go"
	"github.com/aws/smithy-go/middleware"

	"photogallery/internal/execution"
)

// answers are what AWS did in a run: how long each check and each state took, what failed, and which of the
// run's own calls were refused. A run writes them into a file without the account's number, for the people
// who have no account to try.
type answers struct {
	checks, executions []string

	mu      sync.Mutex
	refused map[string]int // by operation and error code
}

// watched returns the configuration with each refused call counted.
func (a *answers) watched(config aws.Config) aws.Config {
	config = config.Copy()
	config.APIOptions = append(slices.Clip(config.APIOptions), func(stack *middleware.Stack) error {
		return stack.Finalize.Add(middleware.FinalizeMiddlewareFunc("CountRefusals", func(
			ctx context.Context, in middleware.FinalizeInput, next middleware.FinalizeHandler,
		) (middleware.FinalizeOutput, middleware.Metadata, error) {
			out, metadata, err := next.HandleFinalize(ctx, in)
			if refusal := smithy.APIError(nil); errors.As(err, &refusal) {
				a.mu.Lock()
				a.refused[awsmiddleware.GetServiceID(ctx)+" "+awsmiddleware.GetOperationName(ctx)+": "+refusal.ErrorCode()]++
				a.mu.Unlock()
			}
			return out, metadata, err
		}), middleware.Before)
	})
	return config
}

// check keeps how a check went.
func (a *answers) check(title string, took, estimate time.Duration, err error) {
	line := fmt.Sprintf("%-56s %7s", title, took)
	if estimate > 0 {
		line += " of " + estimate.String()
	}
	if err != nil {
		line += "\n  FAILED: " + err.Error()
	}
	a.checks = append(a.checks, line)
}

// execution keeps how an execution ended, and what its states had to try again.
func (a *answers) execution(name, ended, wanted string, history *execution.History) {
	line := fmt.Sprintf("%s: %s in %s", name, ended, history.Ended.Sub(history.Began).Round(time.Second))
	if ended != wanted {
		line += ", not " + wanted + ": " + history.Cause
	}
	for _, state := range history.States {
		line += ofState(state)
	}
	a.executions = append(a.executions, line)
}

// ofState returns a line for a state that took a while, and one for each of its failures.
func ofState(state *execution.State) (lines string) {
	var took time.Duration
	var failures []string
	for _, visit := range state.Visits {
		took += visit.Ended.Sub(visit.Began)
		for _, failure := range visit.Failures {
			failures = append(failures, fmt.Sprintf("\n    %s: %s", failure.Error, failure.Cause))
		}
	}
	const brief = 10 * time.Second
	if took < brief && failures == nil {
		return ""
	}
	return fmt.Sprintf("\n  %-20s %7s, entered %dx", state.Name, took.Round(time.Second), len(state.Visits)) + strings.Join(failures, "")
}

// writeAnswers writes the file. The number of the account is left out of it.
func (r *run) writeAnswers() error {
	var calls []string
	for call, times := range r.answers.refused {
		calls = append(calls, fmt.Sprintf("%s, %dx", call, times))
	}
	slices.Sort(calls)
	text := fmt.Sprintf("Answers of AWS to a run of size %s, %s, %s, by version %s\n", r.Story.Size, r.Config.Region, r.began.UTC().Format(time.DateOnly), revision())
	for _, part := range []struct {
		title string
		lines []string
	}{{"Checks", r.answers.checks}, {"Executions", r.answers.executions}, {"Calls that AWS refused", calls}} {
		text += "\n" + part.title + "\n\n" + strings.Join(append(part.lines, ""), "\n")
	}
	if r.account.ID != "" {
		text = strings.ReplaceAll(text, r.account.ID, "ACCOUNT")
	}
	return os.WriteFile(r.Answers, []byte(text), 0o600)
}

// revision returns the commit that the program was built of, or "unknown".
func revision() string {
	if build, known := debug.ReadBuildInfo(); known {
		for _, setting := range build.Settings {
			if setting.Key == "vcs.revision" {
				return setting.Value
			}
		}
	}
	return "unknown"
}
