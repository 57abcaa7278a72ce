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
			news := fmt.Sprint(s.Phase, s.Retries)
			if moves(s) && s.Error == "" {
				news = s.Note // of all that it repeats
			}
			if s.Phase == execution.Waiting || told[s.Name] == news {
				continue
			}
			told[s.Name] = news
			fmt.Fprintln(to, picture{p}.single(i, time.Now(), plainWidth, Style{}))
		}
	}
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
