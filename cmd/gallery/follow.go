package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"photogallery/internal/execution"
	"photogallery/internal/terminal"
	"photogallery/release"
)

// plainWidth is for where nothing tells how wide a line may be.
const plainWidth = 110

// follow shows an execution until it has ended and tells its outcome. Ctrl-C leaves it alone, and so
// does an answer that fails to come, unless the cloud was on this machine and is gone: it took the
// execution with it.
func (c cloud) follow(command *cobra.Command, arn string) (*execution.Progress, error) {
	seen, err := c.draw(command, arn)
	var told ended
	left := command.Context().Err() != nil
	if left || err != nil && !errors.As(err, &told) {
		name, next := release.NameOf(arn), ""
		if local, isHere := c.place.(here); isHere && local.isGone() {
			next = "was cut off, as the local cloud has ended; what served before serves again after " + c.hint("`gallery up`")
		} else {
			next = "goes on; " + c.hint("`gallery execution "+name+"`") + " shows it again"
		}
		fmt.Fprintf(command.ErrOrStderr(), "\n%s %s.\n", name, next)
	}
	if left {
		return seen, ended{exitInterrupted}
	}
	return seen, err
}

// draw shows an execution until it has ended, tells its outcome and returns it as an error where it
// is none to be glad of. It ends early with the command's context.
func (c cloud) draw(command *cobra.Command, arn string) (seen *execution.Progress, err error) {
	progress, ctx := command.ErrOrStderr(), command.Context()
	if on := screenOn(progress); on != nil {
		seen, err = c.followLive(ctx, arn, on)
	} else {
		seen, err = execution.Follow(ctx, c.history, arn, c.polls, plainly(progress))
	}
	switch {
	case ctx.Err() != nil:
		return seen, ended{exitInterrupted}
	case err != nil:
		return seen, err
	}
	c.showOutcome(progress, seen)
	return seen, outcome(seen)
}

// showOutcome tells the outcome, with the sign of how it is to be taken.
func (c cloud) showOutcome(to io.Writer, of *execution.Progress) {
	style := styleFor(to)
	sign, tone := "✗ ", style.Bad
	if of.Status == types.ExecutionStatusSucceeded {
		sign, tone = "✓ ", style.Good
	}
	fmt.Fprintln(to, wrapped(tone.Of(sign)+c.hint(terminal.Outcome(of)), terminalWidth(to)))
}

// wrapped breaks lines between words, but none with a command, which people copy, and none where the
// width is 0.
func wrapped(text string, width int) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if !strings.Contains(line, "`") {
			lines[i] = ansi.Wordwrap(line, width, "")
		}
	}
	return strings.Join(lines, "\n")
}

// outcome is the status with which a command ends that waited for the execution.
func outcome(of *execution.Progress) error {
	if of.Status == types.ExecutionStatusSucceeded {
		return nil
	}
	switch {
	case of.Error == string(release.FailedDirty):
		return ended{exitDirty}
	case of.Error == string(release.Busy):
		return ended{exitBusy}
	case strings.HasPrefix(of.Cause, string(release.InvalidRequest)+":"), strings.HasPrefix(of.Cause, string(release.ImageNotFound)+":"):
		return ended{exitUsage}
	}
	return ended{exitFailed}
}

// plainly is for progress that nothing redraws.
func plainly(to io.Writer) func(*execution.Progress) { return terminal.Plainly(to, plainWidth) }

// followLive redraws the progress in place. The last one is drawn whole, however high it is.
func (c cloud) followLive(ctx context.Context, arn string, on *screen) (seen *execution.Progress, err error) {
	defer on.close()
	frames := make(chan *execution.Progress)
	go func() {
		defer close(frames)
		seen, err = execution.Follow(ctx, c.history, arn, c.polls, func(p *execution.Progress) { frames <- p })
	}()
	style := styleFor(on.to)
	style.Moving = true
	turn := time.NewTicker(100 * time.Millisecond)
	defer turn.Stop()
	for latest, more := <-frames; more; {
		width, height := on.size()
		on.draw(terminal.Frame(latest, time.Now(), width, height-1, style))
		select {
		case next, open := <-frames:
			if more = open; more {
				latest = next
			}
		case <-turn.C:
		}
	}
	if seen != nil {
		style.Moving = false
		width, _ := on.size()
		on.draw(terminal.Lines(seen, time.Now(), width, style))
	}
	return seen, err
}
