package awsstack

import (
	"context"
	"regexp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"

	"photogallery/release"
)

// lateness is how late an event may arrive: agents send batches, and each machine has its own
// clock.
const lateness = time.Minute

// Line is a line that an instance logged.
type Line struct {
	Time     time.Time
	Instance string
	Text     string
}

// Logs reads the logs of instances from CloudWatch Logs, each event once.
type Logs struct {
	stack    *Stack
	group    string
	instance string // "" for all
	from     int64  // or "" for all
	seen     map[string]int64
}

// Logs starts to read at a time, the logs of one instance or of all if it is "". Its error is
// InvalidRequest if it is not an instance's ID.
func (s *Stack) Logs(instance string, since time.Time) (*Logs, error) {
	if instance != "" {
		if err := checkInstance(instance); err != nil {
			return nil, err
		}
	}
	group, err := s.output(logGroupOutput)
	return &Logs{stack: s, group: group, instance: instance, from: since.UnixMilli(), seen: map[string]int64{}}, err
}

// Next returns what has been logged since the last call, in order of time, or nil.
func (l *Logs) Next(ctx context.Context) ([]Line, error) {
	in := &cloudwatchlogs.FilterLogEventsInput{LogGroupName: aws.String(l.group), StartTime: aws.Int64(l.from)}
	if l.instance != "" {
		in.LogStreamNamePrefix = aws.String(l.instance)
	}
	var lines []Line
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
	slices.SortStableFunc(lines, func(a, b Line) int { return a.Time.Compare(b.Time) })
	l.forget(lines)
	return lines, nil
}

var instanceInText = regexp.MustCompile(`\bi-([0-9a-f]{17}|[0-9a-f]{8})\b`)

func (l *Logs) take(event types.FilteredLogEvent) (line Line, isNew bool) {
	id, at, stream := aws.ToString(event.EventId), aws.ToInt64(event.Timestamp), aws.ToString(event.LogStreamName)
	if _, known := l.seen[id]; known {
		return Line{}, false
	}
	l.seen[id] = at
	instance := instanceInText.FindString(stream)
	if instance == "" {
		instance = stream
	}
	return Line{time.UnixMilli(at), instance, aws.ToString(event.Message)}, true
}

// forget advances the start to where late events may still arrive, and keeps only the events seen
// after that.
func (l *Logs) forget(lines []Line) {
	if len(lines) == 0 {
		return
	}
	l.from = max(l.from, lines[len(lines)-1].Time.Add(-lateness).UnixMilli())
	for id, at := range l.seen {
		if at < l.from {
			delete(l.seen, id)
		}
	}
}
