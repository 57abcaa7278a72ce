package terminal

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/charmbracelet/x/ansi"

	"photogallery/internal/execution"
)

// Follow shows an execution until it or ctx has ended, redrawn in place if the terminal allows it,
// else line by line. It returns the results of execution.Follow.
func Follow(ctx context.Context, to io.Writer, api execution.FollowAPI, executionARN string, polls execution.Polls) (*execution.Progress, error) {
	if on := ScreenOn(to); on != nil {
		defer on.Close()
		return on.follow(ctx, api, executionARN, polls)
	}
	return execution.Follow(ctx, api, executionARN, polls, Plainly(to))
}

// follow redraws the progress in place. The last one is drawn completely, whatever its height.
func (s *Screen) follow(ctx context.Context, api execution.FollowAPI, executionARN string, polls execution.Polls) (seen *execution.Progress, err error) {
	frames := make(chan *execution.Progress)
	go func() {
		defer close(frames)
		seen, err = execution.Follow(ctx, api, executionARN, polls, func(p *execution.Progress) { frames <- p })
	}()
	style := s.Style()
	style.Moving = true
	turn := time.NewTicker(100 * time.Millisecond)
	defer turn.Stop()
	for latest, more := <-frames; more; {
		width, height := s.Size()
		s.Draw(Frame(latest, time.Now(), width, height-1, style))
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
		width, _ := s.Size()
		s.Draw(Lines(seen, time.Now(), width, style))
	}
	return seen, err
}

// ShowOutcome prints the outcome with a sign for its kind. Hint changes the commands in it so that
// they can be copied.
func ShowOutcome(to io.Writer, of *execution.Progress, hint func(text string) string) {
	style := StyleFor(to)
	sign, tone := "✗ ", style.Bad
	if of.Status == types.ExecutionStatusSucceeded {
		sign, tone = "✓ ", style.Good
	}
	fmt.Fprintln(to, wrapped(tone.Of(sign)+hint(Outcome(of)), Width(to)))
}

// wrapped breaks lines between words, but not within commands, which people copy, and not if the
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
