package terminal

import (
	"io"
	"os"
	"os/signal"
	"strings"

	"github.com/charmbracelet/x/ansi"
	"github.com/muesli/termenv"
	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// A Screen redraws some lines in place, at the bottom of a terminal.
type Screen struct {
	to    *os.File
	drawn []string
	width int            // of the terminal when they were drawn
	stops chan os.Signal // Ctrl-Z
}

// plainWidth is for where nothing tells how wide a line may be.
const plainWidth = 110

// ScreenOn hides the cursor and returns a Screen, or nil if nothing can be redrawn. Close it at the
// end.
func ScreenOn(w io.Writer) *Screen {
	file := fileOf(w)
	if file == nil || !term.IsTerminal(int(file.Fd())) || os.Getenv("TERM") == "dumb" {
		return nil
	}
	s := &Screen{to: file, stops: make(chan os.Signal, 1)}
	if isJob() {
		signal.Notify(s.stops, unix.SIGTSTP)
	}
	s.write(ansi.HideCursor)
	return s
}

// LineWidth returns the columns that a line may take there.
func LineWidth(w io.Writer) int {
	if width := Width(w); width > 0 {
		return width
	}
	return plainWidth
}

// Width returns the columns of a terminal, or 0 if there is no terminal.
func Width(w io.Writer) int {
	if file := fileOf(w); file != nil {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil {
			return width
		}
	}
	return 0
}

// Size is asked for each time: people resize their terminals.
func (s *Screen) Size() (width, height int) {
	width, height, err := term.GetSize(int(s.to.Fd()))
	if err != nil || width < 1 || height < 1 {
		return 80, 24
	}
	return width, height
}

// Draw takes the place of what was drawn before. No line may be wider than the terminal, nor all of
// them as high. What has not changed is not written again: a terminal may be far away.
func (s *Screen) Draw(lines []string) {
	select {
	case <-s.stops:
		s.pause()
	default:
	}
	width, _ := s.Size()
	s.write(s.frame(lines, width))
}

// frame is what makes a terminal of that width show the lines in the place of those before.
func (s *Screen) frame(lines []string, width int) string {
	isResized := width != s.width
	var frame strings.Builder
	frame.WriteString(ansi.SetSynchronizedOutputMode)
	if rows := s.rows(width); rows > 0 {
		frame.WriteString(ansi.CursorPreviousLine(rows))
	}
	if isResized {
		frame.WriteString(ansi.EraseScreenBelow)
	}
	for i, line := range lines {
		if isResized || i >= len(s.drawn) || s.drawn[i] != line {
			frame.WriteString(ansi.EraseLineRight + line) // behind a line as wide as the terminal it would take its end
		}
		frame.WriteString("\n")
	}
	frame.WriteString(ansi.EraseScreenBelow + ansi.ResetSynchronizedOutputMode)
	s.drawn, s.width = lines, width
	return frame.String()
}

// rows returns how many the terminal shows what was drawn on: one that became narrower has broken
// lines.
func (s *Screen) rows(width int) (rows int) {
	for _, line := range s.drawn {
		rows += max(1, (ansi.StringWidth(line)+width-1)/width)
	}
	return rows
}

// isJob is whether a shell could let the program go on that Ctrl-Z has stopped: one that can gives each
// job a group of its own.
func isJob() bool {
	session, err := unix.Getsid(0)
	return err == nil && session != unix.Getpgrp()
}

// pause stops the program as Ctrl-Z does one that hides no cursor. When it goes on it draws below what
// was written meanwhile.
func (s *Screen) pause() {
	goesOn := make(chan os.Signal, 1)
	signal.Notify(goesOn, unix.SIGCONT)
	defer signal.Stop(goesOn)
	s.write(ansi.ShowCursor)
	_ = unix.Kill(os.Getpid(), unix.SIGSTOP) // one's own process may be stopped
	<-goesOn
	s.drawn = nil
	s.write(ansi.HideCursor)
}

// Close leaves what was drawn last.
func (s *Screen) Close() {
	signal.Stop(s.stops)
	s.write(ansi.ShowCursor)
}

func (s *Screen) write(text string) {
	_, _ = s.to.WriteString(text) // a terminal that is gone has no use for an error
}

// Style has the colors of the terminal.
func (s *Screen) Style() Style { return StyleFor(s.to) }

// StyleFor has colors where w is a terminal and NO_COLOR does not forbid them.
func StyleFor(w io.Writer) Style {
	if file := fileOf(w); file != nil {
		w = file // termenv asks it what it can show
	}
	output := termenv.NewOutput(w)
	if output.EnvNoColor() {
		return Style{}
	}
	color := func(of termenv.ANSIColor) Tone {
		return func(text string) string { return output.String(text).Foreground(of).String() }
	}
	return Style{
		Good: color(termenv.ANSIGreen), Bad: color(termenv.ANSIRed), Busy: color(termenv.ANSICyan),
		Quiet:  func(text string) string { return output.String(text).Faint().String() },
		Strong: func(text string) string { return output.String(text).Bold().String() },
	}
}
