// Package terminal draws the progress of an execution in a terminal: the running step, its time,
// what it waits for, its attempts, and the future steps.
package terminal

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/charmbracelet/x/ansi"

	"photogallery/internal/execution"
)

// Tone decorates text. A nil Tone leaves it plain.
type Tone func(string) string

// Of returns the text decorated.
func (t Tone) Of(text string) string {
	if t == nil || text == "" {
		return text
	}
	return t(text)
}

// Style decorates the parts of a picture. The zero Style leaves them plain.
type Style struct {
	Good, Bad, Busy, Quiet, Strong Tone
	Moving                         bool // running steps turn, in a picture that is redrawn
}

func (s Style) of(phase execution.Phase) Tone {
	switch phase {
	case execution.Succeeded:
		return s.Good
	case execution.Caught, execution.Stopped:
		return s.Bad
	case execution.Waiting:
		return s.Quiet
	}
	return s.Busy
}

// turning holds the frames of a running step's sign.
var turning = []string{"⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"}

func (s Style) sign(phase execution.Phase, now time.Time) string {
	switch phase {
	case execution.Waiting:
		return "○"
	case execution.Retrying:
		return "↻"
	case execution.Succeeded:
		return "✓"
	case execution.Caught, execution.Stopped:
		return "✗"
	}
	if s.Moving {
		return turning[int(now.UnixMilli()/100)%len(turning)]
	}
	return "●"
}

// The columns: a step's name with its rails, its message, its time at the right.
const (
	nameWidth   = 28
	narrowName  = 25 // as wide as our longest name
	timeWidth   = 10
	minTold     = 10 // fewer characters say nothing
	maxNarrow   = 72
	widest      = 110
	beforeWidth = 18 // "1:40 min last time"
)

// picture is a progress to draw.
type picture struct{ *execution.Progress }

// Lines draws the progress, a line per step, no wider than width characters.
func Lines(of *execution.Progress, now time.Time, width int, style Style) []string {
	return picture{of}.lines(now, width, style)
}

func (p picture) lines(now time.Time, width int, style Style) []string {
	lines := []string{p.header(width, style)}
	for i := range p.Steps {
		lines = append(lines, p.line(i, p.rail(i), now, width, style))
	}
	return append(lines, p.footer(now, width, style))
}

// single draws one step by itself, for output line by line.
func (p picture) single(i int, now time.Time, width int, style Style) string {
	return p.line(i, strings.Repeat("│ ", p.Steps[i].Depth), now, width, style)
}

func (p picture) header(width int, style Style) string {
	return ansi.Truncate(style.Strong.Of(p.Name)+"  "+style.Quiet.Of(p.Machine), width, "…")
}

// footer returns the time that has passed and, if an earlier run gives an estimate, the time that
// is left.
func (p picture) footer(now time.Time, width int, style Style) string {
	width = min(width, widest)
	elapsed := p.Elapsed(now)
	total := execution.Clock(elapsed)
	text := ""
	if left := p.Left(now); left > 0 {
		words := "about " + roughly(left) + " left"
		text = style.bar(elapsed, left, min(24, width-len(words)-len(total)-4)) + style.Quiet.Of(words)
	}
	if p.Ended.IsZero() && !p.Due.IsZero() && now.After(p.Due) {
		text = style.Bad.Of("no answer for " + roughly(now.Sub(p.Seen)) + ", asks again")
	}
	text = ansi.Truncate(text, max(0, width-len(total)-1), "…")
	return ansi.Truncate(text+gap(width-ansi.StringWidth(text)-len(total))+style.Strong.Of(total), width, "…")
}

// bar shows the elapsed part of the time, or nothing if it has too few cells.
func (s Style) bar(over, left time.Duration, cells int) string {
	if cells < 6 {
		return ""
	}
	done := int(time.Duration(cells) * over / (over + left))
	return s.Busy.Of(strings.Repeat("━", done)) + s.Quiet.Of(strings.Repeat("─", cells-done)) + "  "
}

// columns returns the widths of a step's name, with its rails, and of its message, beside a time.
func columns(width int, clock string) (name, told int) {
	width = min(width, widest)
	if name = nameWidth; width < maxNarrow {
		name = narrowName
	}
	if told = width - name - timeWidth - 1; told >= minTold {
		return name, told
	}
	return max(1, width-len(clock)-1), 0
}

func (p picture) line(i int, rail string, now time.Time, width int, style Style) string {
	s := p.Steps[i]
	clock := execution.Clock(s.Elapsed(now))
	if s.Phase == execution.Waiting {
		clock = ""
	}
	nameRoom, toldRoom := columns(width, clock)
	name := ansi.Truncate(execution.Title(s.Name), max(1, nameRoom-ansi.StringWidth(rail)-2), "…")
	named := style.Quiet.Of(rail) + style.of(p.phase(i)).Of(style.sign(p.phase(i), now)) + " "
	if s.Phase == execution.Waiting {
		named += style.Quiet.Of(name)
	} else {
		named += name
	}
	told := p.toldIn(s, toldRoom, style)
	if told == "" && clock == "" {
		return ansi.Truncate(named, width, "…")
	}
	line := named + gap(nameRoom-ansi.StringWidth(named)) + told
	end := min(width, widest) - len(clock)
	return ansi.Truncate(line+gap(end-ansi.StringWidth(line))+style.Quiet.Of(clock), width, "…")
}

// phase returns the phase of a step for people: a group has failed if a step in it has.
func (p picture) phase(i int) execution.Phase {
	s := p.Steps[i]
	if !s.Group || s.Phase != execution.Succeeded {
		return s.Phase
	}
	for _, inside := range p.Steps[i+1:] {
		if inside.Depth <= s.Depth {
			break
		}
		if inside.Phase == execution.Caught {
			return execution.Caught
		}
	}
	return execution.Succeeded
}

func gap(cells int) string { return strings.Repeat(" ", max(0, cells)) }

// toldIn returns the message of a step in this many cells: at the right the time of the last run.
func (p picture) toldIn(s *execution.Step, room int, style Style) string {
	if room == 0 {
		return ""
	}
	before, tone := "", style.Quiet
	if usual := p.Usual(s.Name); usual >= time.Second && s.Ended.IsZero() && room >= 2*beforeWidth {
		before = execution.Clock(usual) + " last time"
		room -= beforeWidth + 2
	}
	if s.Error != "" {
		tone = style.Bad
	}
	text := ansi.Truncate(plain(told(s)), room, "…")
	if before == "" {
		return tone.Of(text)
	}
	return tone.Of(text) + gap(room-ansi.StringWidth(text)+2+beforeWidth-len(before)) + style.Quiet.Of(before)
}

// rail connects the branches of a group: ├ begins each, └ is the last line of all.
func (p picture) rail(i int) string {
	s := p.Steps[i]
	if s.Depth == 0 {
		return ""
	}
	outer := strings.Repeat("│ ", s.Depth-1)
	switch before := p.Steps[i-1]; {
	case i == len(p.Steps)-1 || p.Steps[i+1].Depth < s.Depth:
		return outer + "└ "
	case !before.IsBeside(s) && before.Depth <= s.Depth:
		return outer + "├ "
	}
	return outer + "│ "
}

// told returns the message of a step, without its name and its time.
func told(s *execution.Step) string {
	var parts []string
	late := s.Late && s.Phase != execution.Caught
	if s.Retries > 0 || s.Phase == execution.Retrying && !late {
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
	if s.Visits > 1 && !moves(s) {
		parts = append(parts, fmt.Sprintf("looked %d times", s.Visits))
	}
	return strings.Join(parts, ", ")
}

// moves reports whether a step comes again with another share of the traffic, or to wait on. How often
// it did says nothing; its note says where the release is.
func moves(s *execution.Step) bool {
	return slices.Contains([]string{"ShiftTraffic", "WatchTraffic", "AwaitVerdict", "AwaitApproval"}, s.Name)
}

// paragraph returns text for several lines of a terminal.
func paragraph(text string) string {
	lines := strings.Split(strings.ReplaceAll(text, "\r\n", "\n"), "\n")
	for i := range lines {
		lines[i] = plain(lines[i])
	}
	return strings.Join(lines, "\n")
}

// plain returns text for one line of a terminal, because a build's output may contain anything.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if !isVisible(r) {
			return ' '
		}
		return r
	}, ansi.Strip(text))
}

// isVisible reports whether a terminal displays a character and does not obey it: move the cursor,
// start a sequence, or change the text's direction.
func isVisible(letter rune) bool {
	return !unicode.IsControl(letter) && !unicode.Is(unicode.Bidi_Control, letter)
}
