package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/spf13/cobra"

	"photogallery/internal/environment"
	"photogallery/internal/report"
	"photogallery/internal/trace"
	"photogallery/release"
)

// sampled is a place that keeps samples of what its fleet did.
type sampled interface {
	Samples(context.Context) ([]environment.Sample, error)
}

// report writes the execution into a file, whole or not at all.
func (c cloud) report(command *cobra.Command, arn, file string) error {
	ctx := command.Context()
	reader := trace.NewReader(c.history, arn)
	reader.Data = map[int64]string{}
	if err := reader.Read(ctx); err != nil {
		return err
	}
	machine, name := namesIn(arn)
	made := report.Report{Name: name, Machine: machine, Run: reader.Run, Data: reader.Data, Made: time.Now()}
	if status, err := c.Status(ctx); err == nil {
		made.Alarms = status.Alarms // without them no marks are drawn
	}
	if keeps, is := c.place.(sampled); is {
		made.Samples, _ = keeps.Samples(ctx) // without them there are no charts, and the report says so
	}
	if err := c.addFormer(ctx, &made, arn); err != nil {
		return err
	}
	var page bytes.Buffer
	if err := made.Write(&page); err != nil {
		return err
	}
	if err := os.WriteFile(file, page.Bytes(), 0o644); err != nil { //nolint:gosec // a document
		return release.Errorf(release.InvalidRequest, "--html %s: %w; name a file in a folder that there is", file, err)
	}
	fmt.Fprintf(command.ErrOrStderr(), "The report of %s is in %s.\n", name, file)
	return nil
}

// addFormer adds the last run of the same state machine that succeeded before.
func (c cloud) addFormer(ctx context.Context, made *report.Report, arn string) error {
	machineARN := release.MachineOf(arn)
	out, err := c.history.ListExecutions(ctx, &sfn.ListExecutionsInput{
		StateMachineArn: &machineARN, StatusFilter: types.ExecutionStatusSucceeded, MaxResults: 100,
	})
	if err != nil {
		return err
	}
	for _, run := range out.Executions {
		if !aws.ToTime(run.StartDate).Before(made.Run.Began) || strings.HasPrefix(aws.ToString(run.Name), "list-") {
			continue
		}
		reader := trace.NewReader(c.history, aws.ToString(run.ExecutionArn))
		if err := reader.Read(ctx); err != nil {
			return err
		}
		made.Former, made.FormerName = reader.Run, aws.ToString(run.Name)
		return nil
	}
	return nil
}

// namesIn are the state machine's and the execution's in an execution's ARN.
func namesIn(arn string) (machine, execution string) {
	parts := strings.Split(arn, ":")
	return parts[len(parts)-2], parts[len(parts)-1]
}
