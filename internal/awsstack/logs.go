package awsstack

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"photogallery/internal/environment"
	"photogallery/release"
)

// lateness is how late an event may arrive: agents send batches, and each machine has its own
// clock.
const lateness = time.Minute

// Logs reads the logs of instances from CloudWatch Logs, each event once.
type Logs struct {
	stack *Stack
	group string
	query environment.LogQuery
	from  int64
	last  int64 // the time of the newest event
	seen  map[string]int64
}

// Logs starts to read what a query selects. Its error is InvalidRequest if the query has an instance
// whose ID is none.
func (s *Stack) Logs(query environment.LogQuery) (*Logs, error) {
	if query.Instance != "" {
		if err := checkInstance(query.Instance); err != nil {
			return nil, err
		}
	}
	group, err := s.output(logGroupOutput)
	return &Logs{stack: s, group: group, query: query, from: query.Since.UnixMilli(), seen: map[string]int64{}}, err
}

// Next returns what has been logged since the last call, in order of time, or nil.
func (l *Logs) Next(ctx context.Context) ([]environment.LogLine, error) {
	in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String(l.group), StartTime: aws.Int64(l.from)}
	if l.query.Instance != "" {
		in.LogStreamNamePrefix = aws.String(l.query.Instance)
	}
	var lines []environment.LogLine
	pages := cloudwatchlogs.NewFilterLogEventsPaginator(l.stack.logs, in)
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if release.IsNotFound(err) {
			return nil, release.Errorf(release.NotFound, "there is no log group %s: deploy the stack again with `npx cdk deploy`", l.group)
		}
		if err != nil {
			return nil, err
		}
		for _, event := range page.Events {
			if line, isNew := l.take(event); isNew {
				lines = append(lines, line)
			}
		}
	}
	slices.SortStableFunc(lines, func(a, b environment.LogLine) int { return a.Time.Compare(b.Time) })
	l.forget()
	return lines, nil
}

// take reads an event that is new and selected. A stream is named INSTANCE/RELEASE, with /boot or
// /build behind it; those of an earlier version have no release.
func (l *Logs) take(event types.FilteredLogEvent) (line environment.LogLine, isNew bool) {
	id, at := aws.ToString(event.EventId), aws.ToInt64(event.Timestamp)
	if _, known := l.seen[id]; known {
		return environment.LogLine{}, false
	}
	l.seen[id], l.last = at, max(l.last, at)
	instance, rest, _ := strings.Cut(aws.ToString(event.LogStreamName), "/")
	of, _, _ := strings.Cut(rest, "/")
	line = environment.LogLine{Time: time.UnixMilli(at), Instance: instance, Text: aws.ToString(event.Message)}
	return line, (l.query.Release == "" || l.query.Release == of) && l.query.Wants(line)
}

// forget advances the start to where late events may still arrive, and keeps only the events seen
// after that.
func (l *Logs) forget() {
	l.from = max(l.from, l.last-lateness.Milliseconds())
	for id, at := range l.seen {
		if at < l.from {
			delete(l.seen, id)
		}
	}
}
