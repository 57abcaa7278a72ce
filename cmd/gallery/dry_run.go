package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"photogallery/internal/cost"
	"photogallery/internal/execution"
	"photogallery/internal/price"
	"photogallery/internal/terminal"
	"photogallery/release"
)

// dryRun runs a state machine's dry run and reads its answer.
func (c cloud) dryRun(command *cobra.Command, machine, input string, answer any) error {
	if also := given(command, "name"); also != "" || command.Flags().Changed("detach") {
		return release.Errorf(release.InvalidRequest, "a dry run has a name of its own and is over at once: leave out --name and --detach")
	}
	arn, err := execution.Start(command.Context(), c.sfn, machine, execution.DryRun, "", input)
	if err != nil {
		return err
	}
	seen, err := execution.Follow(command.Context(), c.history, arn, c.polls, func(*execution.Progress) {})
	if err != nil {
		return err
	}
	if err := outcome(seen); err != nil {
		fmt.Fprintln(command.ErrOrStderr(), c.hint(terminal.Outcome(seen)))
		return err
	}
	return json.Unmarshal([]byte(seen.Output), answer)
}

// foretold is the answer of `release --dry-run`.
type foretold struct {
	Plan    release.Plan  `json:"plan"`
	Seconds float64       `json:"seconds"` // on AWS, without approvals
	Parts   []cost.Part   `json:"parts"`   // of Seconds
	Last    *lastRun      `json:"last,omitempty"`
	Cost    *cost.Release `json:"cost,omitempty"`    // on AWS
	Unknown string        `json:"unknown,omitempty"` // why Cost is
}

// lastRun is the last release that did the same.
type lastRun struct {
	Name    string  `json:"name"`
	Seconds float64 `json:"seconds"`
}

// foretell runs a release dry, and adds its time and its cost.
func (c cloud) foretell(command *cobra.Command, input string) error {
	machine, _, err := c.machines(command.Context())
	if err != nil {
		return err
	}
	var answer struct {
		release.DryRun
		release.Unchanged
	}
	if err := c.dryRun(command, machine, input, &answer); err != nil {
		return err
	}
	if why := answer.Unchanged.Unchanged; why != "" {
		return c.showNothingToDo(command, why)
	}
	told := foretold{Plan: answer.Plan}
	told.Parts = cost.Minutes(told.Plan)
	told.Seconds = cost.Together(told.Parts).Seconds()
	name, took, err := execution.Alike(command.Context(), c.history, machine, told.Plan)
	if err != nil {
		return err
	}
	if name != "" {
		told.Last = &lastRun{name, took.Seconds()}
	}
	added, err := cost.OfRelease(price.Load(), told.Plan)
	if told.Cost = &added; err != nil {
		told.Cost, told.Unknown = nil, messageOf(err)
	}
	if wantsJSON(command) {
		return showJSON(command, told)
	}
	_, err = fmt.Fprintln(command.OutOrStdout(), strings.Join(told.lines(), "\n"))
	return err
}

func (t foretold) lines() []string {
	return append(append(t.Plan.Forecast.Will, "", t.minutes()), t.dollars())
}

// minutes says how long the release takes, and how that is known.
func (t foretold) minutes() string {
	var parts []string
	for _, part := range t.Parts {
		parts = append(parts, part.What+" "+execution.Clock(part.Took))
	}
	text := fmt.Sprintf("Takes about %s on AWS, estimated from its usual durations: %s.", execution.Clock(seconds(t.Seconds)), strings.Join(parts, ", "))
	if t.Plan.Approval && t.Plan.Forecast.Fleet == release.SecondFleet {
		text += " The wait for a person comes on top."
	}
	if t.Last != nil {
		text += fmt.Sprintf("\nThe last release that did the same, %s, took %s.", t.Last.Name, execution.Clock(seconds(t.Last.Seconds)))
	}
	return text
}

func (t foretold) dollars() string {
	if t.Cost == nil {
		return "Its cost is unknown: " + t.Unknown
	}
	f, hour := t.Plan.Forecast, t.Cost.Hour
	text := fmt.Sprintf("Costs about %.2f %s on AWS while it runs, and then the environment %.4f an hour with %d instances", t.Cost.Run, t.Cost.Currency, hour.Least, f.Size)
	if most := t.Cost.Most; most > f.Size {
		text += fmt.Sprintf(" and %.4f with %d", hour.Most, most)
	}
	return text + fmt.Sprintf(", without visitors, by the prices of %s in %s.", t.Cost.Date, t.Cost.Region)
}

func seconds(count float64) time.Duration { return time.Duration(count * float64(time.Second)) }

// showNothingToDo answers for a release that would change nothing.
func (c cloud) showNothingToDo(command *cobra.Command, why string) error {
	if wantsJSON(command) {
		return showJSON(command, release.Unchanged{Unchanged: why})
	}
	_, err := fmt.Fprintln(command.OutOrStdout(), "Changes nothing: "+why+".")
	return err
}
