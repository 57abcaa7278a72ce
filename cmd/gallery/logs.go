package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"photogallery/internal/awsstack"
	"photogallery/release"
)

func logsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "logs [INSTANCE]",
		Short: "Print the log of an instance, even a terminated one; without an argument, of all that run",
		Args: func(command *cobra.Command, arguments []string) error {
			if len(arguments) > 1 {
				return oneArgument("an instance, as `gallery status` lists them")(command, arguments)
			}
			return nil
		},
		ValidArgsFunction: instanceIDs,
		RunE: func(command *cobra.Command, arguments []string) error {
			instance := ""
			if len(arguments) > 0 {
				instance = arguments[0]
			}
			return onCloud(command, func(c cloud) error { return c.printLogs(command, instance) })
		},
	}
	f := command.Flags()
	f.BoolP("follow", "f", false, "follow new lines until Ctrl-C")
	f.Duration("since", 0, "how far back to begin, a `time` such as 90m: on AWS, where an hour is the default")
	return command
}

func (c cloud) printLogs(command *cobra.Command, instance string) error {
	follow, err := command.Flags().GetBool("follow")
	if err != nil {
		return err
	}
	since, err := command.Flags().GetDuration("since")
	if err != nil {
		return err
	}
	reader, err := c.logs(instance, since)
	if err != nil {
		return err
	}
	ctx, out := command.Context(), command.OutOrStdout()
	wrote, err := reader.next(ctx, out)
	if err == nil && !wrote && !follow {
		fmt.Fprintln(command.ErrOrStderr(), reader.nothing())
	}
	if err != nil || !follow {
		return err
	}
	return printOn(ctx, out, reader)
}

// printOn prints new lines until ctx ends, which people cause.
func printOn(ctx context.Context, out io.Writer, reader logReader) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(reader.every()):
		}
		if _, err := reader.next(ctx, out); err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
}

// stackLogs reads from CloudWatch Logs.
type stackLogs struct {
	*awsstack.Logs
	only  string // the instance, or "" for all
	since time.Duration
}

func (l stackLogs) next(ctx context.Context, to io.Writer) (bool, error) {
	lines, err := l.Next(ctx)
	for _, line := range lines {
		text := strings.TrimRight(line.Text, "\r\n")
		if l.only == "" {
			text = line.Instance + "  " + text
		}
		fmt.Fprintln(to, text)
	}
	return len(lines) > 0, err
}

// every limits the calls: AWS allows an account few of them a second.
func (l stackLogs) every() time.Duration { return 3 * time.Second }

func (l stackLogs) nothing() string {
	return fmt.Sprintf("Nothing was logged in the last %s; --since looks further back.", l.since)
}

// localLogs reads the logs of the local cloud's instances, each from where it stopped reading.
type localLogs struct {
	cloud localCloud
	only  string // the instance, or "" for all
	read  map[string]int64
}

func (l localLogs) every() time.Duration { return 500 * time.Millisecond }

func (l localLogs) nothing() string {
	if l.only == "" {
		return "No running instance has written anything; `gallery logs INSTANCE` also shows one that has ended."
	}
	return "It has written nothing yet."
}

// next prints an instance's lines unchanged, or the lines of all with the instance in front.
func (l localLogs) next(ctx context.Context, to io.Writer) (wrote bool, err error) {
	if l.only != "" {
		content, err := l.rest(ctx, l.only)
		if err != nil {
			return false, err
		}
		l.read[l.only] += int64(len(content))
		_, err = to.Write(content)
		return len(content) > 0, err
	}
	status, err := l.cloud.Status(ctx)
	if err != nil {
		return false, err
	}
	for _, i := range status.Instances {
		content, err := l.rest(ctx, i.ID)
		if release.CodeOf(err) == release.NotFound {
			continue // it has written nothing yet
		}
		if err != nil {
			return wrote, err
		}
		wrote = l.lines(to, i.ID, content) || wrote
	}
	return wrote, nil
}

func (l localLogs) rest(ctx context.Context, instance string) ([]byte, error) {
	log, err := l.cloud.Log(ctx, instance, l.read[instance])
	if err != nil {
		return nil, err
	}
	defer log.Close()
	return io.ReadAll(log)
}

// lines leaves an incomplete line to the next read.
func (l localLogs) lines(to io.Writer, instance string, content []byte) (wrote bool) {
	for line := range bytes.Lines(content) {
		if !bytes.HasSuffix(line, []byte("\n")) {
			return wrote
		}
		l.read[instance] += int64(len(line))
		fmt.Fprintf(to, "%s  %s", instance, line)
		wrote = true
	}
	return wrote
}
