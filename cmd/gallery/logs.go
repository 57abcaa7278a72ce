package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"photogallery/internal/environment"
	"photogallery/release"
)

func logsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "logs [INSTANCE]",
		Short: "Print what instances wrote, each line with its time",
		Long: `Print what instances wrote, each line with its time.

Without an argument these are the instances that run, on AWS also those that
ran in the last hour. The lines of an access log about the load balancer's
health checks are left out.`,
		Args: atMostOne("an instance, as `gallery status` lists them, or none for all"),
		Example: `  gallery logs --follow
  gallery logs --release release-20260131-120000-000 --tail 50
  gallery logs i-0123456789abcdef0 --since 2026-01-31T18:00:00Z`,
		ValidArgsFunction: instanceIDs,
		RunE: func(command *cobra.Command, arguments []string) error {
			query, tail, err := logFlags(command, time.Now())
			if err != nil {
				return err
			}
			query.Instance = strings.Join(arguments, "")
			return onCloud(command, func(c cloud) error { return c.printLogs(command, query, tail) })
		},
	}
	f := command.Flags()
	f.BoolP("follow", "f", false, "follow new lines until Ctrl-C")
	f.Int("tail", 0, "begin with the last `lines` alone; 0 begins with what is new")
	f.String("release", "", "the `name` of a release: of its instances, builders and terminated ones too")
	f.Var(&since{}, "since", "how far back to begin: a `time` such as 90m or 2026-01-31T18:00:00Z (default on AWS: an hour)")
	f.Bool("health-checks", false, "print the lines about health checks, too")
	completeFlag(command, "release", executionNames)
	return command
}

// logFlags returns what to print, and with how many lines to begin, or everything for -1.
func logFlags(command *cobra.Command, now time.Time) (query environment.LogQuery, tail int, err error) {
	f := command.Flags()
	tail, err = f.GetInt("tail")
	switch {
	case err != nil:
		return query, 0, err
	case tail < 0:
		return query, 0, release.Errorf(release.InvalidRequest, "--tail %d: give a number of lines, 0 or more", tail)
	case !f.Changed("tail"):
		tail = -1
	}
	if query.Release, err = f.GetString("release"); err != nil {
		return query, 0, err
	}
	if query.HealthChecks, err = f.GetBool("health-checks"); err != nil {
		return query, 0, err
	}
	query.Since = f.Lookup("since").Value.(*since).before(now)
	if query.Since.After(now) {
		err = release.Errorf(release.InvalidRequest, "--since %s is in the future: give a moment that has passed, or a time such as 90m", f.Lookup("since").Value)
	}
	return query, tail, err
}

func (c cloud) printLogs(command *cobra.Command, query environment.LogQuery, tail int) error {
	follow, err := command.Flags().GetBool("follow")
	if err != nil {
		return err
	}
	reader, err := c.logs(query, follow)
	if err != nil {
		return err
	}
	lines, err := reader.next(command.Context())
	if err != nil {
		return err
	}
	if len(lines) == 0 && !follow {
		fmt.Fprintln(command.ErrOrStderr(), c.hint(reader.nothing()))
	}
	printed := linePrinter{command.OutOrStdout(), query.Instance == ""}
	if tail >= 0 {
		lines = lines[max(0, len(lines)-tail):]
	}
	printed.print(lines)
	if !follow {
		return nil
	}
	return printed.follow(command.Context(), reader)
}

// linePrinter prints lines of logs, of several instances with the instance in front.
type linePrinter struct {
	to      io.Writer
	several bool
}

// moment is the layout of the time of a line, which --since takes.
const moment = "2006-01-02T15:04:05.000Z"

func (p linePrinter) print(lines []environment.LogLine) {
	for _, line := range lines {
		text := strings.TrimRight(line.Text, "\r\n")
		if p.several {
			text = line.Instance + "  " + text
		}
		at := strings.Repeat("-", len(moment))
		if !line.Time.IsZero() {
			at = line.Time.UTC().Format(moment)
		}
		fmt.Fprintln(p.to, at+"  "+text)
	}
}

// follow prints new lines until ctx ends, which people cause.
func (p linePrinter) follow(ctx context.Context, reader logReader) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(reader.every()):
		}
		lines, err := reader.next(ctx)
		p.print(lines)
		if err != nil && !errors.Is(err, context.Canceled) {
			return err
		}
	}
}
