package terminal

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/charmbracelet/x/ansi"

	"photogallery/internal/execution"
)

// Frame draws the progress no higher than height lines, 1 at least. What does not fit is summed up:
// finished steps first, then future ones, and running ones last.
func Frame(of *execution.Progress, now time.Time, width, height int, style Style) []string {
	p := picture{of}
	lines := p.lines(now, width, style)
	hidden := make([]bool, len(p.Steps))
	shown := p.shown(lines, hidden, width, style)
	for _, i := range p.dispensable() {
		if len(shown) <= height {
			return shown
		}
		hidden[i] = true
		shown = p.shown(lines, hidden, width, style)
	}
	if tooMany := len(shown) - height; tooMany > 0 {
		return shown[tooMany:] // too low even for the running steps: the time stays
	}
	return shown
}

// dispensable returns the steps in the order in which they may be hidden, each finished group with
// all its steps.
func (p picture) dispensable() []int {
	var order []int
	add := func(phase execution.Phase, isInside bool) {
		for i := range p.Steps {
			if p.phase(i) == phase && (p.ongoing(i) > 0) == isInside {
				order = append(order, i)
			}
		}
	}
	add(execution.Succeeded, false)
	coming := len(order)
	add(execution.Waiting, false)
	slices.Reverse(order[coming:])
	add(execution.Succeeded, true)
	coming = len(order)
	add(execution.Waiting, true)
	slices.Reverse(order[coming:])
	return order
}

// ongoing returns how many groups around a step are in progress.
func (p picture) ongoing(i int) (groups int) {
	depth := p.Steps[i].Depth
	for i--; i >= 0 && depth > 0; i-- {
		if s := p.Steps[i]; s.Depth < depth {
			if depth = s.Depth; s.Ended.IsZero() {
				groups++
			}
		}
	}
	return groups
}

// shown returns the lines with those of hidden steps summed up. A single hidden step is drawn,
// because its sum would be as long.
func (p picture) shown(lines []string, hidden []bool, width int, style Style) []string {
	shown := lines[:1:1]
	for first := 0; first < len(hidden); {
		after := first + 1
		for hidden[first] && after < len(hidden) && hidden[after] && p.Steps[after].Phase == p.Steps[first].Phase {
			after++
		}
		if after == first+1 {
			shown = append(shown, lines[1+first])
		} else {
			shown = append(shown, ansi.Truncate(style.Quiet.Of(p.sum(first, after)), width, "…"))
		}
		first = after
	}
	return append(shown, lines[len(lines)-1])
}

func (p picture) sum(first, after int) string {
	rail, words := p.rail(first), "to come"
	if end := p.rail(after - 1); end == "" || strings.HasSuffix(end, "└ ") {
		rail = end
	}
	if p.Steps[first].Phase == execution.Succeeded {
		words = "done"
	}
	return fmt.Sprintf("%s⋮ %d %s", rail, after-first, words)
}
