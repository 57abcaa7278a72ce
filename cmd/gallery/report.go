package main

import (
	"bytes"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"photogallery/internal/execution"
	"photogallery/internal/report"
	"photogallery/release"
)

// around is how long before and after a run its report may show.
const around = time.Hour

// report writes the execution into a file, completely or not at all.
func (c cloud) report(command *cobra.Command, arn, file string) error {
	ctx := command.Context()
	reader := execution.NewReader(c.history, arn)
	reader.Data = map[int64]string{}
	if err := reader.Read(ctx); err != nil {
		return err
	}
	machine, name := namesIn(arn)
	made := report.Report{Name: name, Machine: machine, Run: reader.History, Data: reader.Data, Made: time.Now()}
	if status, err := c.Status(ctx); err == nil {
		made.Alarms = status.Alarms // without them no marks are drawn
	}
	made.Samples, _ = c.Samples(ctx, made.Run.Began.Add(-around), lastOf(made.Run).Add(around)) // without samples there are no charts, and the report says so
	var err error
	if made.FormerName, made.Former, err = execution.Former(ctx, c.history, arn, made.Run.Began); err != nil {
		return err
	}
	var page bytes.Buffer
	if err := made.Write(&page); err != nil {
		return err
	}
	if err := os.WriteFile(file, page.Bytes(), 0o644); err != nil { //nolint:gosec // a document
		return release.Errorf(release.InvalidRequest, "--html %s: %w; name a file in a folder that exists", file, err)
	}
	fmt.Fprintf(command.ErrOrStderr(), "The report of %s is in %s.\n", name, file)
	return nil
}

func lastOf(run *execution.History) time.Time {
	if run.Ended.IsZero() {
		return time.Now()
	}
	return run.Ended
}

// namesIn returns the names of the state machine and the execution in an execution's ARN.
func namesIn(arn string) (machine, execution string) {
	parts := strings.Split(arn, ":")
	return parts[len(parts)-2], parts[len(parts)-1]
}
