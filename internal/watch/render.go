package watch

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Style decorates the parts of a picture; the zero Style leaves them plain.
type Style struct {
	Good, Bad, Busy, Quiet func(string) string
}

func (s Style) of(phase Phase) func(string) string {
	plain := func(text string) string { return text }
	var chosen func(string) string
	switch phase {
	case Succeeded:
		chosen = s.Good
	case Caught, Stopped:
		chosen = s.Bad
	default:
		chosen = s.Busy
	}
	if chosen == nil {
		return plain
	}
	return chosen
}

func (s Style) quiet(text string) string {
	if s.Quiet == nil {
		return text
	}
	return s.Quiet(text)
}

var signs = map[Phase]string{Running: "●", Waiting: "●", Retrying: "↻", Succeeded: "✓", Caught: "✗", Stopped: "✗"}

const nameWidth = 26

// Lines draws the picture, a line a step, no wider than width characters.
func (p *Picture) Lines(now time.Time, width int, style Style) []string {
	lines := []string{p.header(now, style)}
	for _, s := range p.Steps {
		lines = append(lines, s.line(now, width, style))
	}
	return lines
}

func (p *Picture) header(now time.Time, style Style) string {
	elapsed := p.Elapsed(now)
	told := took(elapsed)
	if left := p.Typical - elapsed; p.Ended.IsZero() && left > 0 {
		told += fmt.Sprintf(", about %s to go", took(left))
	}
	return p.Name + "  " + style.quiet(told)
}

func (s *Step) line(now time.Time, width int, style Style) string {
	indent := strings.Repeat("  ", s.Depth)
	name := pad(indent+title(s.Name), nameWidth)
	line := style.of(s.Phase)(signs[s.Phase]) + " " + name + " " + fmt.Sprintf("%9s", took(s.Elapsed(now)))
	room := width - 2 - nameWidth - 1 - 9 - 2
	if told := s.told(); told != "" && room > 10 {
		line += "  " + style.quiet(clip(told, room))
	}
	return line
}

// told is what there is to say of a step besides its name and its time.
func (s *Step) told() string {
	var parts []string
	if s.Retries > 0 || s.Phase == Retrying {
		parts = append(parts, fmt.Sprintf("attempt %d", s.Retries+1))
	}
	if s.Error != "" {
		parts = append(parts, s.Error+": "+s.Cause)
	} else if s.Note != "" && !s.Group {
		parts = append(parts, s.Note)
	}
	return strings.Join(parts, ", ")
}

func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-utf8.RuneCountInString(text)))
}

func clip(text string, most int) string {
	letters := []rune(strings.ReplaceAll(text, "\n", " "))
	if len(letters) <= most {
		return string(letters)
	}
	return string(letters[:most-1]) + "…"
}
