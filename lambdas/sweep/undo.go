package sweep

import (
	"bytes"
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"photogallery/lambdas/owned"
	"photogallery/lambdas/step"
)

// Undo is one round of undoing releases that failed or died. The release that serves goes on.
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

// Progress is what one round of a sweep has come to.
type Progress struct {
	Done       bool      `json:"done"`
	WaitingFor string    `json:"waitingFor"` // what is not gone yet; "" when done
	Deadline   time.Time `json:"deadline"`   // until then it must be done
	Removed    []string  `json:"removed"`    // what this round asked AWS to remove
}

// deadline is an instant, or "" for one that the step sets itself.
type deadline struct{ time.Time }

// UnmarshalJSON reads RFC 3339, or "" as the zero time.
func (d *deadline) UnmarshalJSON(text []byte) error {
	if bytes.Equal(text, []byte(`""`)) {
		return nil
	}
	return json.Unmarshal(text, &d.Time)
}

type undoer struct{ cloud }

// run takes an early round that finds nothing for no proof: a release may fail right after the call
// that made something, and AWS's lists are eventually consistent.
func (u undoer) run(ctx context.Context, in UndoInput) (Progress, error) {
	limits, end := u.settings.Timings, in.Deadline.Time
	if end.IsZero() {
		end = time.Now().Add(limits.Sweep).UTC()
	}
	seen := end.Add(limits.Unseen - limits.Sweep) // from then on what was made before is listed
	recorded, err := u.current(ctx)
	if err != nil {
		return Progress{}, err
	}
	all := tally{}
	for _, name := range in.Releases {
		stages, over := undoing(name, recorded)
		u.advance(ctx, stages, over, &all)
	}
	what := "undo of " + strings.Join(in.Releases, ", ")
	progress := Progress{WaitingFor: names(all.waiting), Deadline: end, Removed: append([]string{}, all.removed...)}
	switch {
	case len(all.waiting) > 0 && time.Now().After(end):
		return Progress{}, stuck(what, end, all.waiting, all.failures)
	case len(all.waiting) > 0:
	case len(all.failures) > 0:
		return Progress{}, failed(what, all.failures)
	case in.Deadline.IsZero() || time.Now().Before(seen):
		progress.WaitingFor = "another look: what was made last may not be listed yet"
	default:
		progress.Done = true
	}
	return progress, nil
}

// tally is what the stages of one round have come to.
type tally struct {
	removed  []string
	waiting  []owned.Resource // what is on its way out
	failures []error
}

// advance takes the stages in turn, up to the first that others build on and that is not done. A
// stage that fails keeps none of the others from being removed: what it could not is told when
// there is nothing left to wait for.
func (u undoer) advance(ctx context.Context, stages []Stage, over extent, all *tally) {
	for _, stage := range stages {
		left, removed, err := u.round(ctx, stage, over)
		all.removed = append(all.removed, removed...)
		if err != nil {
			all.failures = append(all.failures, leaving(err, left))
		} else {
			all.waiting = append(all.waiting, left...)
		}
		if stage.gate && (err != nil || len(left) > 0) {
			break
		}
	}
}
