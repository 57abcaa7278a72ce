package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/internal/source"
	"photogallery/release"
)

func historyCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "history",
		Short: "List what was released here and how it ended, newest first",
		Long: `List the releases and teardowns of the environment and how they ended, newest
first, with who started them, from which commit, and which can be released
again by gallery rollback. Who and which commit are what the starter said:
nobody checks them.`,
		Args: noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			return onCloud(command, func(c cloud) error {
				history, err := c.History(command.Context())
				if err != nil {
					return err
				}
				if len(history) == 0 && !wantsJSON(command) {
					fmt.Fprintln(command.ErrOrStderr(), "Nothing has been released here yet.")
					return nil
				}
				columns := []string{"NAME", "VERSION", "END", "STARTED", "TOOK", "ROLLBACK", "BY", "COMMIT", "STRATEGY", "IMAGE", "SETTINGS", "REASON"}
				return show(command, history, columns, pastRow)
			})
		},
	}
	addJSONFlag(command)
	return command
}

func pastRow(p environment.Past) []any {
	until := p.Ended
	if until.IsZero() {
		until = time.Now()
	}
	return []any{
		p.Name, whatOf(p), endOf(p), p.Began.Local().Format(time.DateTime), execution.Clock(until.Sub(p.Began)),
		againOf(p), dash(p.By), dash(shortCommit(p.Commit)), dash(string(p.Strategy)), dash(p.Image), dash(shortCommit(p.Settings)), dash(line(p.Reason, p.Verdict)),
	}
}

// whatOf returns the version of a release, or the kind of anything else.
func whatOf(p environment.Past) string {
	switch {
	case p.Kind == release.ReleaseEntry:
		return p.Version
	case p.Kind == release.RunEntry:
		return "command on " + p.Version
	case p.Undoes != "":
		return "undo of " + p.Undoes
	}
	return "teardown"
}

func endOf(p environment.Past) string {
	switch {
	case p.Serves:
		return "serves"
	case p.Ended.IsZero():
		return "under way"
	case p.End == release.FailedClean && isDecided(p.Reason):
		return p.Reason[:strings.Index(p.Reason, ":")]
	}
	return string(p.End)
}

// isDecided reports whether a reason is a person's word, or silence.
func isDecided(reason string) bool {
	return strings.HasPrefix(reason, string(release.RolledBack)+":") || strings.HasPrefix(reason, string(release.NotApproved)+":")
}

// againOf returns what a rollback to it would start from.
func againOf(p environment.Past) string {
	switch p.Again {
	case environment.FromImage:
		return "its image"
	case environment.FromBundle:
		return "its bundle"
	}
	return "-"
}

func dash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}

// line returns the first of the texts that is not empty, on one line of a table.
func line(texts ...string) string {
	const most = 100
	for _, text := range texts {
		if words := []rune(strings.Join(strings.Fields(text), " ")); len(words) > most {
			return string(words[:most-1]) + "…"
		} else if len(words) > 0 {
			return string(words)
		}
	}
	return ""
}

// shortCommit shortens a commit as git does, and keeps what is said about it.
func shortCommit(commit string) string {
	hash, more, _ := strings.Cut(commit, " ")
	const most = 10
	if strings.Trim(hash, "0123456789abcdef") == "" {
		hash = hash[:min(len(hash), most)]
	}
	if " "+more == source.WithChanges {
		return hash + "+changes"
	}
	return strings.TrimSpace(hash + " " + more)
}
