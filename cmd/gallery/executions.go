package main

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/spf13/cobra"
)

// execution is a line of the list.
type execution struct {
	Name    string                `json:"name"`
	Machine string                `json:"machine"`
	Status  types.ExecutionStatus `json:"status"`
	Started time.Time             `json:"started"`
	Ended   time.Time             `json:"ended,omitzero"`
}

func executionsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "executions",
		Short: "List releases and teardowns, newest first",
		Args:  noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			c, err := findCloud(command)
			if err != nil {
				return err
			}
			found, err := c.executions(command)
			if err != nil {
				return err
			}
			return show(command, found, []string{"NAME", "STATE MACHINE", "STATUS", "STARTED", "TOOK"}, func(e execution) []any {
				until := e.Ended
				if until.IsZero() {
					until = time.Now()
				}
				return []any{e.Name, e.Machine, e.Status, e.Started.Local().Format(time.DateTime), until.Sub(e.Started).Round(100 * time.Millisecond)}
			})
		},
	}
	addJSONFlag(command)
	return command
}

func (c cloud) executions(command *cobra.Command) (found []execution, err error) {
	status, err := c.Status(command.Context())
	if err != nil {
		return nil, err
	}
	for _, machine := range []string{status.ReleaseMachine, status.TeardownMachine} {
		pages := sfn.NewListExecutionsPaginator(c.sfn, &sfn.ListExecutionsInput{StateMachineArn: &machine})
		for pages.HasMorePages() {
			page, err := pages.NextPage(command.Context())
			if err != nil {
				return nil, err
			}
			for _, e := range page.Executions {
				found = append(found, execution{
					aws.ToString(e.Name), machine[strings.LastIndex(machine, ":")+1:], e.Status, aws.ToTime(e.StartDate), aws.ToTime(e.StopDate),
				})
			}
		}
	}
	slices.SortStableFunc(found, func(a, b execution) int { return b.Started.Compare(a.Started) })
	return found, nil
}
