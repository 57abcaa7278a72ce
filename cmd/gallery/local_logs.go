package main

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"photogallery/internal/environment"
	"photogallery/internal/local/process"
	"photogallery/release"
)

// localLogs reads the logs of the local cloud's instances, each from where it stopped reading.
type localLogs struct {
	cloud   localCloud
	query   environment.LogQuery
	follows bool                 // leaves an incomplete line to the next read
	read    map[string]int64     // bytes of each instance's log
	last    map[string]time.Time // of each instance's lines
}

func (c localCloud) logs(query environment.LogQuery, follow bool) (logReader, error) {
	return localLogs{c, query, follow, map[string]int64{}, map[string]time.Time{}}, nil
}

func (l localLogs) every() time.Duration { return 500 * time.Millisecond }

func (l localLogs) nothing() string {
	switch {
	case l.query.Release != "":
		return "No log of release " + l.query.Release + " has such a line; `gallery history` lists the releases."
	case l.query.Instance != "":
		return "It has written no such line yet."
	}
	return "No running instance has written anything of this; `gallery logs INSTANCE` also shows one that has ended."
}

// next returns the new lines of all instances that the query selects, in order of time.
func (l localLogs) next(ctx context.Context) ([]environment.LogLine, error) {
	instances, err := l.instances(ctx)
	var lines []environment.LogLine
	for _, instance := range instances {
		content, err := l.rest(ctx, instance)
		if release.CodeOf(err) == release.NotFound && l.query.Instance == "" {
			continue // it has written nothing yet
		}
		if err != nil {
			return lines, err
		}
		lines = append(lines, l.lines(instance, content)...)
	}
	slices.SortStableFunc(lines, func(a, b environment.LogLine) int { return a.Time.Compare(b.Time) })
	return lines, err
}

func (l localLogs) instances(ctx context.Context) ([]string, error) {
	if l.query.Release != "" {
		found, err := l.cloud.LogsOf(ctx, l.query.Release)
		if l.query.Instance != "" {
			found = slices.DeleteFunc(found, func(id string) bool { return id != l.query.Instance })
		}
		return found, err
	}
	if l.query.Instance != "" {
		return []string{l.query.Instance}, nil
	}
	status, err := l.cloud.Status(ctx)
	var found []string
	for _, i := range status.Instances {
		found = append(found, i.ID)
	}
	return found, err
}

func (l localLogs) rest(ctx context.Context, instance string) ([]byte, error) {
	log, err := l.cloud.Log(ctx, instance, l.read[instance])
	if err != nil {
		return nil, err
	}
	defer log.Close()
	return io.ReadAll(log)
}

// lines returns the lines that the query wants. One without a time has that of the line before it.
func (l localLogs) lines(instance string, content []byte) (wanted []environment.LogLine) {
	for text := range strings.Lines(string(content)) {
		if l.follows && !strings.HasSuffix(text, "\n") {
			return wanted
		}
		l.read[instance] += int64(len(text))
		line := environment.LogLine{Instance: instance}
		if line.Time, line.Text = process.ReadLine(text); line.Time.IsZero() {
			line.Time = l.last[instance]
		}
		l.last[instance] = line.Time
		if l.query.Wants(line) {
			wanted = append(wanted, line)
		}
	}
	return wanted
}
