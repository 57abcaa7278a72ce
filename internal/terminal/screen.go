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

// A Screen redraws lines in place at the bottom of a terminal.
type Screen struct {
	to    *os.File
	drawn []string
	width int            // of the terminal when they were drawn
	stops chan os.Signal // Ctrl-Z
}

// plainWidth is the line width if there is no terminal.
const plainWidth = 110

// ScreenOn hides the cursor and returns a Screen, or nil if nothing can be redrawn. The caller
// closes it.
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

// LineWidth returns the columns that a line may have.
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

// Size reads the size each time, because people resize their terminals.
func (s *Screen) Size() (width, height int) {
	width, height, err := term.GetSize(int(s.to.Fd()))
	if err != nil || width < 1 || height < 1 {
		return 80, 24
	}
	return width, height
}

// Draw replaces the lines that were drawn before. No line may be wider than the terminal, and their
// number must be less than its height. Unchanged lines are not written again, because a terminal
// may be far away.
func (s *Screen) Draw(lines []string) {
	select {
	case <-s.stops:
		s.pause()
	default:
	}
	width, _ := s.Size()
	s.write(s.frame(lines, width))
}

// frame returns the output that replaces the former lines on a terminal of that width.
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
			frame.WriteString(ansi.EraseLineRight + line) // after a line of the terminal's width it would hide the end
		}
		frame.WriteString("\n")
	}
	frame.WriteString(ansi.EraseScreenBelow + ansi.ResetSynchronizedOutputMode)
	s.drawn, s.width = lines, width
	return frame.String()
}

// rows returns how many rows the drawn lines occupy: a terminal that has become narrower has
// wrapped them.
func (s *Screen) rows(width int) (rows int) {
	for _, line := range s.drawn {
		rows += max(1, (ansi.StringWidth(line)+width-1)/width)
	}
	return rows
}

// isJob reports whether a shell could continue the program after Ctrl-Z: such a shell gives each
// job its own process group.
func isJob() bool {
	session, err := unix.Getsid(0)
	return err == nil && session != unix.Getpgrp()
}

// pause stops the program as Ctrl-Z would a program that does not hide the cursor. Afterwards it
// draws below what was written in the meantime.
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

// Close leaves the last lines.
func (s *Screen) Close() {
	signal.Stop(s.stops)
	s.write(ansi.ShowCursor)
}

func (s *Screen) write(text string) {
	_, _ = s.to.WriteString(text) // the terminal may be gone
}

// Style returns the colors of the terminal.
func (s *Screen) Style() Style { return StyleFor(s.to) }

// StyleFor returns colors if w is a terminal and NO_COLOR does not forbid them.
func StyleFor(w io.Writer) Style {
	if file := fileOf(w); file != nil {
		w = file // termenv asks it for its abilities
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
