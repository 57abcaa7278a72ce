package main

import (
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"
	"golang.org/x/term"

	"photogallery/internal/watch"
)

// screen redraws some lines in place, at the bottom of a terminal.
type screen struct {
	to    *os.File
	lines int
}

// screenOn is nil where nothing can be redrawn.
func screenOn(w io.Writer) *screen {
	file, isFile := w.(*os.File)
	if !isFile || !term.IsTerminal(int(file.Fd())) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	_, _ = file.WriteString(ansi.HideCursor) // a terminal that is gone has no use for an error
	return &screen{to: file}
}

// widthOf is how wide a line may be there.
func widthOf(w io.Writer) int {
	if file, isFile := w.(*os.File); isFile {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return plainWidth
}

// size is asked for each time: people resize their terminals.
func (s *screen) size() (width, height int) {
	width, height, err := term.GetSize(int(s.to.Fd()))
	if err != nil || width < 1 || height < 1 {
		return 80, 24
	}
	return width, height
}

// draw takes the place of what was drawn before. No line may be wider than the terminal, nor all of
// them as high.
func (s *screen) draw(lines []string) {
	var frame strings.Builder
	frame.WriteString(ansi.SetSynchronizedOutputMode)
	if s.lines > 0 {
		frame.WriteString(ansi.CursorPreviousLine(s.lines))
	}
	for _, line := range lines {
		frame.WriteString(line + ansi.EraseLineRight + "\n")
	}
	frame.WriteString(ansi.EraseScreenBelow + ansi.ResetSynchronizedOutputMode)
	s.lines = len(lines)
	_, _ = s.to.WriteString(frame.String())
}

// close leaves what was drawn last.
func (s *screen) close() { _, _ = s.to.WriteString(ansi.ShowCursor) }

// styleFor has colours where w is a terminal and NO_COLOR does not forbid them.
func styleFor(w io.Writer) watch.Style {
	output := termenv.NewOutput(w)
	if output.EnvNoColor() {
		return watch.Style{}
	}
	colour := func(of termenv.ANSIColor) watch.Tone {
		return func(text string) string { return output.String(text).Foreground(of).String() }
	}
	return watch.Style{
		Good: colour(termenv.ANSIGreen), Bad: colour(termenv.ANSIRed), Busy: colour(termenv.ANSICyan),
		Quiet:  func(text string) string { return output.String(text).Faint().String() },
		Strong: func(text string) string { return output.String(text).Bold().String() },
	}
}
