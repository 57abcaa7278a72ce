package sweep

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"

	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
)

// Undo runs one round of undoing releases that failed or died. The serving release keeps serving.
var Undo = step.Define(step.Step{
	Name:       "Undo",
	Summary:    "Brings the group back to the release that serves, then removes what a failed release made; one round of it.",
	Timeout:    60 * time.Second,
	MemoryMB:   128,
	Operations: removing(slices.Concat(Order, undoOrder)...),
}, func(clients step.Clients, settings step.Settings) func(context.Context, UndoInput) (Progress, error) {
	return undoer{reach(clients, settings)}.run
})

// UndoInput is the step's input.
type UndoInput struct {
	step.Call
	Releases []string `json:"releases"`
	Deadline deadline `json:"deadline"`
}

// Progress is the state of a sweep after a round.
type Progress struct {
	Done       bool      `json:"done"`
	WaitingFor string    `json:"waitingFor"` // what still exists, or "" when done
	Deadline   time.Time `json:"deadline"`   // the deadline of the sweep
	Removed    []string  `json:"removed"`    // what this round started to remove
	Serves     bool      `json:"serves"`     // an undone release serves: it had been promoted, and is done now
}

// Note says what the sweep waits for, else what it removed.
func (p Progress) Note() string {
	switch {
	case p.WaitingFor != "":
		return "waiting for " + p.WaitingFor
	case len(p.Removed) > 0:
		return "removed " + few(p.Removed)
	}
	return ""
}

// arnPrefix is the part of an ARN before the name of the resource.
var arnPrefix = regexp.MustCompile(`\barn:[^ ]*:([a-z]+/)?`)

func few(names []string) string {
	const limit = 3
	list := strings.Join(names[:min(len(names), limit)], ", ")
	if len(names) > limit {
		list = fmt.Sprintf("%s and %d more", list, len(names)-limit)
	}
	return arnPrefix.ReplaceAllString(list, "")
}

// deadline is a time, or "" to let the step set it.
type deadline struct{ time.Time }

// UnmarshalJSON reads RFC 3339, or "" as the zero time.
func (d *deadline) UnmarshalJSON(text []byte) error {
	if bytes.Equal(text, []byte(`""`)) {
		return nil
	}
	return json.Unmarshal(text, &d.Time)
}

type undoer struct{ cloud }

// run does not trust an early round that finds nothing: a release may fail right after it made
// something, and AWS's lists are eventually consistent.
func (u undoer) run(ctx context.Context, in UndoInput) (Progress, error) {
	limits, end := u.settings.Timings, in.Deadline.Time
	if end.IsZero() {
		end = time.Now().Add(limits.Sweep).UTC()
	}
	seen := end.Add(limits.Unseen - limits.Sweep) // lists are complete from then on
	recorded, err := u.current(ctx)
	if err != nil {
		return Progress{}, err
	}
	all := tally{}
	for _, name := range in.Releases {
		stages, over := undoing(name, recorded)
		u.advance(ctx, stages, over, &all)
	}
	what, late := "undo of "+strings.Join(in.Releases, ", "), time.Now().After(end)
	if late || len(all.waiting) == 0 {
		u.lookBehind(ctx, &all)
	}
	progress := Progress{WaitingFor: names(all.waiting), Deadline: end, Removed: append([]string{}, all.removed...)}
	switch {
	case len(all.waiting) > 0 && late:
		return Progress{}, stuck(what, end, append(all.waiting, all.behind...), all.failures)
	case len(all.waiting) > 0:
	case len(all.failures) > 0:
		return Progress{}, leaving(failed(what, all.failures), all.behind)
	case in.Deadline.IsZero() || time.Now().Before(seen):
		progress.WaitingFor = "another round: what was made last may not be listed yet"
	default:
		progress.Done, progress.Serves = true, recorded.Serving && slices.Contains(in.Releases, recorded.Release)
	}
	return progress, nil
}

// tally sums up the stages of one round.
type tally struct {
	removed  []string
	waiting  []inventory.Resource // leaving by itself
	failures []error
	gates    []gate
	behind   []inventory.Resource // behind the gates
}

// gate holds the stages of one release that an earlier one is in the way of.
type gate struct {
	rest []Stage
	over extent
}

// advance runs the stages in turn. Behind one that later ones need and that is not done, it runs the
// free ones. A failed stage does not stop the others: its failure is reported when there is nothing
// left to wait for.
func (u undoer) advance(ctx context.Context, stages []Stage, over extent, all *tally) {
	var rest []Stage
	closed := false
	for _, stage := range stages {
		if closed && !stage.free {
			rest = append(rest, stage)
			continue
		}
		left, removed, err := u.round(ctx, stage, over)
		all.removed = append(all.removed, removed...)
		if err != nil {
			all.failures = append(all.failures, leaving(err, left))
		} else {
			all.waiting = append(all.waiting, left...)
		}
		closed = closed || stage.gate && (err != nil || len(left) > 0)
	}
	if len(rest) > 0 {
		all.gates = append(all.gates, gate{rest, over})
	}
}

// lookBehind lists the resources behind the gates, for a report of everything that is left.
func (u undoer) lookBehind(ctx context.Context, all *tally) {
	for _, stop := range all.gates {
		for _, stage := range stop.rest {
			found, err := stage.list(ctx, u.cloud, stop.over)
			if err != nil {
				all.failures = append(all.failures, err)
			}
			all.behind = append(all.behind, found...)
		}
	}
}
