package main

import (
	"context"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/charmbracelet/x/ansi"
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
	Error   string                `json:"error,omitempty"` // of the newest ones that failed
	Cause   string                `json:"cause,omitempty"`
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
				return show(command, found, []string{"NAME", "STATE MACHINE", "STATUS", "STARTED", "TOOK", "REASON"}, func(e listed) []any {
					until := e.Ended
					if until.IsZero() {
						until = time.Now()
					}
					return []any{e.Name, e.Machine, e.Status, e.Started.Local().Format(time.DateTime), until.Sub(e.Started).Round(100 * time.Millisecond), e.reason()}
				})
			})
		},
	}
	addJSONFlag(command)
	return command
}

// maxReasons is how many of the newest are asked for their reason, one call for each that failed.
const maxReasons = 25

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
	var reasons execution.Reasons
	for i, e := range newest {
		shown := listed{Name: e.Name, Machine: release.NameOf(e.MachineARN), Status: e.Status, Started: e.Began, Ended: e.Ended}
		if i < maxReasons {
			reason, err := reasons.Of(ctx, c.sfn, e)
			if err != nil {
				return nil, err
			}
			shown.Error, shown.Cause = reason.Error, reason.Cause
		}
		found = append(found, shown)
	}
	return found, nil
}

// reason is short enough for a line.
func (l listed) reason() string {
	const most = 100
	if l.Error == "" {
		return ""
	}
	return ansi.Truncate(strings.Join(strings.Fields(l.Error+": "+l.Cause), " "), most, "…")
}
