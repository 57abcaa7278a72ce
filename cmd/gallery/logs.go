package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"photogallery/internal/release"
)

func logsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "logs [INSTANCE]",
		Short: "Print what an instance wrote, also one that is gone; without one, all that run",
		Args: func(command *cobra.Command, arguments []string) error {
			if len(arguments) > 1 {
				return oneArgument("an instance, as `gallery status` lists them")(command, arguments)
			}
			return nil
		},
		ValidArgsFunction: instanceIDs,
		RunE: func(command *cobra.Command, arguments []string) error {
			c, err := findCloud(command)
			if err != nil {
				return err
			}
			follow, err := command.Flags().GetBool("follow")
			if err != nil {
				return err
			}
			logs := logs{c, command.OutOrStdout(), map[string]int64{}}
			return logs.print(command.Context(), arguments, follow)
		},
	}
	command.Flags().BoolP("follow", "f", false, "go on as more is written, until Ctrl-C")
	return command
}

// logs prints what instances wrote from where it has read them to.
type logs struct {
	cloud
	to   io.Writer
	read map[string]int64
}

func (l logs) print(ctx context.Context, only []string, follow bool) error {
	err := l.round(ctx, only)
	for follow && err == nil {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(500 * time.Millisecond):
			err = l.round(ctx, only)
		}
	}
	return err
}

// round prints what is new, of one instance as it is, of all with the instance before each line.
func (l logs) round(ctx context.Context, only []string) error {
	if len(only) > 0 {
		content, err := l.next(ctx, only[0])
		if err != nil {
			return err
		}
		l.read[only[0]] += int64(len(content))
		_, err = l.to.Write(content)
		return err
	}
	status, err := l.Status(ctx)
	if err != nil {
		return err
	}
	for _, i := range status.Instances {
		content, err := l.next(ctx, i.ID)
		if release.CodeOf(err) == release.NotFound {
			continue // it has written nothing yet
		}
		if err != nil {
			return err
		}
		l.lines(i.ID, content)
	}
	return nil
}

func (l logs) next(ctx context.Context, instance string) ([]byte, error) {
	log, err := l.Log(ctx, instance, l.read[instance])
	if err != nil {
		return nil, err
	}
	defer log.Close()
	return io.ReadAll(log)
}

// lines leaves a line that is not whole yet to the next round.
func (l logs) lines(instance string, content []byte) {
	for line := range bytes.Lines(content) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			return
		}
		l.read[instance] += int64(len(line))
		fmt.Fprintf(l.to, "%s  %s", instance, line)
	}
}
