package terminal

import (
	"fmt"
	"io"
	"slices"
	"time"

	"photogallery/internal/execution"
)

// Plainly shows progress without redrawing: a line, no wider than plainWidth, when a step starts,
// at each attempt, and when it has ended, for a group after its branches. While the traffic moves there
// is a line for each share, and when the judge has seen more.
func Plainly(to io.Writer) func(*execution.Progress) {
	told := map[string]string{}
	return func(p *execution.Progress) {
		for _, i := range groupsLast(p.Steps) {
			s := p.Steps[i]
			news, shown := fmt.Sprint(s.Phase, s.Retries), p
			if moves(s) && s.Error == "" && s.Phase != execution.Waiting && !hasMoved(p) {
				news, shown = s.Note, withRunning(p, i) // its end comes after the last share
			}
			if s.Phase == execution.Waiting || told[s.Name] == news {
				continue
			}
			told[s.Name] = news
			fmt.Fprintln(to, picture{shown}.single(i, time.Now(), plainWidth, Style{}))
		}
	}
}

// withRunning returns the progress with one step at work.
func withRunning(p *execution.Progress, i int) *execution.Progress {
	step, shown := *p.Steps[i], *p
	step.Phase = execution.Running
	shown.Steps = slices.Clone(p.Steps)
	shown.Steps[i] = &step
	return &shown
}

// hasMoved reports whether the traffic moves no more.
func hasMoved(p *execution.Progress) bool {
	return slices.ContainsFunc([]string{"EnsureScaling", "Undo"}, func(name string) bool {
		s := p.Step(name)
		return s != nil && s.Phase != execution.Waiting
	})
}

// groupsLast returns the order of the steps in which each ended group follows its branches.
func groupsLast(steps []*execution.Step) (order []int) {
	var groups []int
	for i, s := range steps {
		for last := len(groups) - 1; last >= 0 && steps[groups[last]].Depth >= s.Depth; last-- {
			order, groups = append(order, groups[last]), groups[:last]
		}
		if s.Group && !s.Ended.IsZero() {
			groups = append(groups, i)
		} else {
			order = append(order, i)
		}
	}
	slices.Reverse(groups)
	return append(order, groups...)
}
