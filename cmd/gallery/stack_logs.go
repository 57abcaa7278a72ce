package main

import (
	"context"
	"fmt"
	"time"

	"photogallery/internal/awsstack"
	"photogallery/internal/environment"
)

// lookBack is how far back logs are read by default.
const lookBack = time.Hour

// stackLogs reads from CloudWatch Logs.
type stackLogs struct {
	*awsstack.Logs
	since time.Time
}

func (c awsCloud) logs(query environment.LogQuery, _ bool) (logReader, error) {
	if query.Since.IsZero() {
		query.Since = time.Now().Add(-lookBack)
	}
	logs, err := c.Logs(query)
	return stackLogs{logs, query.Since}, err
}

func (l stackLogs) next(ctx context.Context) ([]environment.LogLine, error) { return l.Next(ctx) }

// every limits the calls: AWS allows an account few of them a second.
func (l stackLogs) every() time.Duration { return 3 * time.Second }

func (l stackLogs) nothing() string {
	return fmt.Sprintf("Nothing of this was logged since %s; --since looks further back.", l.since.UTC().Format(time.RFC3339))
}
