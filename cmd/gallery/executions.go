package main

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/spf13/cobra"

	"photogallery/internal/execution"
	"photogallery/release"
)

// listed is a line of the list.
type listed struct {
	Name    string                `json:"name"`
	Machine string                `json:"machine"`
	Status  types.ExecutionStatus `json:"status"`
	Started time.Time             `json:"started"`
	Ended   time.Time             `json:"ended,omitzero"`
}

func executionsCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "executions",
		Short: "List the last releases and teardowns, newest first",
		Args:  noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			return onCloud(command, func(c cloud) error {
				found, err := c.executions(command.Context())
				if err != nil {
					return err
				}
				return show(command, found, []string{"NAME", "STATE MACHINE", "STATUS", "STARTED", "TOOK"}, func(e listed) []any {
					until := e.Ended
					if until.IsZero() {
						until = time.Now()
					}
					return []any{e.Name, e.Machine, e.Status, e.Started.Local().Format(time.DateTime), until.Sub(e.Started).Round(100 * time.Millisecond)}
				})
			})
		},
	}
	addJSONFlag(command)
	return command
}

// maxExecutions limits the list of each state machine: AWS keeps executions for ninety days.
const maxExecutions = 100

func (c cloud) executions(ctx context.Context) (found []listed, err error) {
	releases, teardowns, err := c.machines(ctx)
	if err != nil {
		return nil, err
	}
	newest, err := execution.List(ctx, c.sfn, maxExecutions, releases, teardowns)
	if err != nil {
		return nil, err
	}
	for _, e := range newest {
		found = append(found, listed{e.Name, release.NameOf(e.MachineARN), e.Status, e.Began, e.Ended})
	}
	return found, nil
}
