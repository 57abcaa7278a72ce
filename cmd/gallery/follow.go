package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/lipgloss"
	"github.com/mattn/go-isatty"
	"github.com/spf13/cobra"

	"photogallery/internal/watch"
)

// follow shows an execution until it has ended and tells its outcome. Ctrl-C leaves it alone.
func (c cloud) follow(command *cobra.Command, arn string) (*watch.Picture, error) {
	seen, err := c.draw(command, arn)
	if command.Context().Err() != nil {
		fmt.Fprintf(command.ErrOrStderr(), "\n%s goes on; `gallery execution %s` shows it again.\n", seen.Name, seen.Name)
		return seen, ended{exitInterrupted}
	}
	return seen, err
}

// draw shows an execution until it has ended, tells its outcome and returns it as an error where it
// is none to be glad of. It ends early with the command's context.
func (c cloud) draw(command *cobra.Command, arn string) (seen *watch.Picture, err error) {
	progress, ctx := command.ErrOrStderr(), command.Context()
	if isTerminal(progress) {
		seen, err = c.followLive(ctx, arn, progress)
	} else {
		seen, err = watch.Follow(ctx, c.sfn, arn, plainly(progress))
	}
	switch {
	case ctx.Err() != nil:
		return seen, ended{exitInterrupted}
	case err != nil:
		return seen, err
	}
	fmt.Fprintln(progress, seen.Outcome())
	return seen, outcome(seen)
}

// outcome is the status with which a command ends that waited for the execution.
func outcome(of *watch.Picture) error {
	if of.Status == types.ExecutionStatusSucceeded {
		return nil
	}
	switch of.Error {
	case "FailedDirty":
		return ended{exitDirty}
	case "Busy":
		return ended{exitBusy}
	}
	return ended{exitFailed}
}

// isTerminal tells whether pictures can be redrawn there.
func isTerminal(w io.Writer) bool {
	file, isFile := w.(*os.File)
	return isFile && isatty.IsTerminal(file.Fd()) && os.Getenv("TERM") != "dumb"
}

// plainly writes a line when a step fails and when the execution has gone on from it.
func plainly(to io.Writer) func(*watch.Picture) {
	told := map[string]string{}
	return func(p *watch.Picture) {
		lines := p.Lines(time.Now(), plainWidth, watch.Style{})[1:]
		for i, s := range p.Steps {
			news := ""
			switch {
			case s.Phase == watch.Succeeded || s.Phase == watch.Stopped:
				news = "over"
			case s.Phase == watch.Retrying || s.Phase == watch.Caught:
				news = fmt.Sprint(s.Phase, s.Visits, s.Retries)
			}
			if news != "" && told[s.Name] != news {
				told[s.Name] = news
				fmt.Fprintln(to, lines[i])
			}
		}
	}
}

const plainWidth = 160

// followLive redraws the picture in place.
func (c cloud) followLive(ctx context.Context, arn string, to io.Writer) (seen *watch.Picture, err error) {
	program := tea.NewProgram(live{width: 80}, tea.WithOutput(to), tea.WithInput(nil), tea.WithoutSignalHandler(), tea.WithContext(ctx))
	done := make(chan struct{})
	go func() {
		defer close(done)
		seen, err = watch.Follow(ctx, c.sfn, arn, func(p *watch.Picture) { program.Send(frame(p)) })
		program.Send(finished{})
	}()
	_, drawing := program.Run()
	<-done
	if errors.Is(drawing, context.Canceled) || errors.Is(drawing, tea.ErrProgramKilled) {
		drawing = nil
	}
	return seen, errors.Join(err, drawing)
}

// frame copies what is drawn by another goroutine than the one that goes on with the picture.
func frame(p *watch.Picture) watch.Picture {
	copied := *p
	copied.Steps = make([]*watch.Step, len(p.Steps))
	for i, s := range p.Steps {
		step := *s
		copied.Steps[i] = &step
	}
	return copied
}

type (
	finished struct{}
	tick     struct{}
)

// live is the picture as a program of the terminal.
type live struct {
	picture watch.Picture
	width   int
}

func again() tea.Cmd {
	return tea.Tick(100*time.Millisecond, func(time.Time) tea.Msg { return tick{} })
}

// Init satisfies tea.Model.
func (l live) Init() tea.Cmd { return again() }

// Update satisfies tea.Model.
func (l live) Update(message tea.Msg) (tea.Model, tea.Cmd) {
	switch m := message.(type) {
	case watch.Picture:
		l.picture = m
	case tea.WindowSizeMsg:
		l.width = m.Width
	case finished:
		return l, tea.Quit
	case tick:
		return l, again()
	}
	return l, nil
}

// View satisfies tea.Model.
func (l live) View() string {
	if l.picture.Name == "" {
		return ""
	}
	view := ""
	for _, line := range l.picture.Lines(time.Now(), l.width, style) {
		view += line + "\n"
	}
	return view
}

var style = watch.Style{
	Good:  colour("2"),
	Bad:   colour("1"),
	Busy:  colour("6"),
	Quiet: func(text string) string { return lipgloss.NewStyle().Faint(true).Render(text) },
}

func colour(number string) func(string) string {
	return func(text string) string { return lipgloss.NewStyle().Foreground(lipgloss.Color(number)).Render(text) }
}
