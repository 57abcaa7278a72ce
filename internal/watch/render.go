package watch

import (
	"fmt"
	"strings"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"
)

// Tone decorates text; a nil Tone leaves it plain.
type Tone func(string) string

// Of is the text decorated.
func (t Tone) Of(text string) string {
	if t == nil || text == "" {
		return text
	}
	return t(text)
}

// Style decorates the parts of a picture; the zero Style leaves them plain.
type Style struct {
	Good, Bad, Busy, Quiet, Strong Tone
	Moving                         bool // what runs turns, for a picture that is redrawn
}

func (s Style) of(phase Phase) Tone {
	switch phase {
	case Succeeded:
		return s.Good
	case Caught, Stopped:
		return s.Bad
	case Waiting:
		return s.Quiet
	}
	return s.Busy
}

// turning are what a running step shows in turn.
var turning = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

func (s Style) sign(phase Phase, now time.Time) string {
	switch phase {
	case Waiting:
		return "○"
	case Retrying:
		return "↻"
	case Succeeded:
		return "✓"
	case Caught, Stopped:
		return "✗"
	}
	if s.Moving {
		return turning[int(now.UnixMilli()/100)%len(turning)]
	}
	return "●"
}

// The columns: a step's name with its rails, what it tells, its time at the right.
const (
	nameWidth = 28
	timeWidth = 10
	widest    = 110
)

// Lines draws the picture, a line a step, no wider than width characters.
func (p *Picture) Lines(now time.Time, width int, style Style) []string {
	lines := []string{ansi.Truncate(p.header(style), width, "…")}
	for i := range p.Steps {
		lines = append(lines, p.Line(i, now, width, style))
	}
	return append(lines, ansi.Truncate(p.footer(now, width, style), width, "…"))
}

// Frame draws the picture no higher than height lines: what is done is summed up first, then what
// is to come.
func (p *Picture) Frame(now time.Time, width, height int, style Style) []string {
	lines := p.Lines(now, width, style)
	first, last := p.window(len(lines) - height)
	shown := []string{lines[0]}
	if first > 0 {
		shown = append(shown, style.Quiet.Of(fmt.Sprintf("⋮ %d done", first)))
	}
	shown = append(shown, lines[1+first:1+last]...)
	if last < len(p.Steps) {
		shown = append(shown, style.Quiet.Of(fmt.Sprintf("⋮ %d to come", len(p.Steps)-last)))
	}
	return append(shown, lines[len(lines)-1])
}

// window is which steps to draw so that tooMany lines are saved, with a line for each end that is
// summed up.
func (p *Picture) window(tooMany int) (first, last int) {
	last = len(p.Steps)
	if tooMany <= 0 {
		return first, last
	}
	for first < last && p.Steps[first].Phase == Succeeded && (first <= tooMany || p.Steps[first].Depth > 0) {
		first++ // a group is summed up as a whole
	}
	if first > 0 {
		tooMany -= first - 1
	}
	if tooMany <= 0 {
		return first, last
	}
	for least := max(first, last-tooMany-1); last > least && p.Steps[last-1].Phase == Waiting; {
		last--
	}
	return first, last
}

func (p *Picture) header(style Style) string {
	return style.Strong.Of(p.Name) + "  " + style.Quiet.Of(p.Machine)
}

// footer is the time that has passed and, where an earlier run tells it, that is left.
func (p *Picture) footer(now time.Time, width int, style Style) string {
	elapsed := p.Elapsed(now)
	text, total := "", took(elapsed)
	if left := p.Left(now); left > 0 {
		const cells = 24
		done := int(cells * elapsed / (elapsed + left))
		text = style.Busy.Of(strings.Repeat("━", done)) + style.Quiet.Of(strings.Repeat("─", cells-done)+"  about "+roughly(left)+" to go")
	}
	room := max(0, min(width, widest)-ansi.StringWidth(text)-len(total))
	return text + strings.Repeat(" ", room) + style.Strong.Of(total)
}

// Line draws one step, no wider than width characters.
func (p *Picture) Line(i int, now time.Time, width int, style Style) string {
	return ansi.Truncate(p.line(i, now, width, style), width, "…")
}

func (p *Picture) line(i int, now time.Time, width int, style Style) string {
	s := p.Steps[i]
	rail := p.rail(i)
	name := title(s.Name)
	left := style.Quiet.Of(rail) + style.of(s.Phase).Of(style.sign(s.Phase, now)) + " "
	used := ansi.StringWidth(rail) + 2
	if s.Phase == Waiting {
		return left + style.Quiet.Of(name)
	}
	room := min(width, widest) - nameWidth - timeWidth - 1
	told := ""
	if room >= 10 {
		told = ansi.Truncate(plain(s.told()), room, "…")
	}
	tone := style.Quiet
	if s.Error != "" {
		tone = style.Bad
	}
	gap := strings.Repeat(" ", max(1, nameWidth-used-len(name)))
	space := strings.Repeat(" ", max(0, room-ansi.StringWidth(told)))
	return left + name + gap + tone.Of(told) + space + style.Quiet.Of(fmt.Sprintf("%*s", timeWidth, took(s.Elapsed(now))))
}

// rail ties the branches of a group together: ├ begins each, └ is the last line of all.
func (p *Picture) rail(i int) string {
	s := p.Steps[i]
	if s.Depth == 0 {
		return ""
	}
	outer := strings.Repeat("│ ", s.Depth-1)
	switch before := p.Steps[i-1]; {
	case i == len(p.Steps)-1 || p.Steps[i+1].Depth < s.Depth:
		return outer + "└ "
	case before.at != s.at && before.Depth <= s.Depth:
		return outer + "├ "
	}
	return outer + "│ "
}

// told is what there is to say of a step besides its name and its time.
func (s *Step) told() string {
	var parts []string
	late := s.Error == heartbeat && s.Phase != Caught
	if s.Retries > 0 || s.Phase == Retrying && !late {
		parts = append(parts, fmt.Sprintf("attempt %d", s.Retries+1))
	}
	switch {
	case late:
		parts = append(parts, "no word yet, asks again")
	case s.Error != "":
		parts = append(parts, strings.TrimSuffix(s.Error+": "+s.Cause, ": "))
	case s.Note != "" && !s.Group:
		parts = append(parts, s.Note)
	}
	if s.Visits > 1 {
		parts = append(parts, fmt.Sprintf("looked %d times", s.Visits))
	}
	return strings.Join(parts, ", ")
}

// plain is text for one line of a terminal: what a build wrote may hold anything.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, ansi.Strip(text))
}
