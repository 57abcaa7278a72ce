package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// interruptible returns the contexts of a story and of the cleaning up behind it; a sweep has only
// one.
func interruptible(isSweep bool) (story, cleaning context.Context, stop func()) {
	if !isSweep {
		return twice(os.Stderr)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	return ctx, ctx, stop
}

// twice returns two contexts: Ctrl-C ends the first, so that cleaning up begins, and the second
// only when it is pressed twice more, after a warning.
func twice(warn io.Writer) (story, cleaning context.Context, stop func()) {
	story, endStory := context.WithCancelCause(context.Background())
	cleaning, endCleaning := context.WithCancelCause(context.Background())
	signals := make(chan os.Signal, 3)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for count := 1; ; count++ {
			received, open := <-signals
			switch {
			case !open:
				return
			case count == 1:
				fmt.Fprintln(warn, "\nEnding the story; what it made is removed now, which may take an hour.")
				endStory(interrupted{received})
			case count == 2:
				fmt.Fprintln(warn, "\nStill cleaning up. Once more abandons that, and what is left continues to cost money until `make aws-sweep` has removed it.")
			default:
				endCleaning(interrupted{received})
			}
		}
	}()
	return story, cleaning, func() {
		signal.Stop(signals)
		close(signals)
		endStory(context.Canceled)
		endCleaning(context.Canceled)
	}
}

// interrupted is the cause of a context that a signal has ended.
type interrupted struct{ os.Signal }

func (i interrupted) Error() string { return "somebody ended it: " + i.String() }
