package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"photogallery/internal/local/control"
)

func statusCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "status",
		Short: "Show what serves, its instances, alarms and schedules",
		Args:  noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			c, err := findCloud(command)
			if err != nil {
				return err
			}
			status, err := c.Status(command.Context())
			if err != nil {
				return err
			}
			if wantsJSON(command) {
				return showJSON(command, status)
			}
			return showStatus(command, status)
		},
	}
	addJSONFlag(command)
	return command
}

func showStatus(command *cobra.Command, status control.Status) error {
	out := command.OutOrStdout()
	fmt.Fprintf(out, "%s, up since %s on %s\n", status.Gallery, status.Started.Local().Format(time.DateTime), status.Data)
	if status.Serving == nil {
		fmt.Fprintln(out, "Nothing serves.")
	} else {
		fmt.Fprintf(out, "Release %s (version %s, image %s) serves.\n", status.Serving.Release, status.Serving.Version, status.Serving.Image)
	}
	if g := status.Group; g != nil {
		fmt.Fprintf(out, "Group: %d of %d in service, %d to %d.", g.InService, g.Desired, g.Min, g.Max)
		if g.Refresh != "" {
			fmt.Fprintf(out, " Refresh: %s.", g.Refresh)
		}
		fmt.Fprintln(out)
	}
	fmt.Fprintln(out)
	err := show(command, status.Instances, []string{"INSTANCE", "ROLE", "ZONE", "STATE", "HEALTH", "VERSION", "AGE", "CPU", "ADDRESS"}, func(i control.Instance) []any {
		return []any{i.ID, i.Role, i.Zone, i.State, i.Health, i.Version, age(i.Launched), fmt.Sprintf("%.0f%%", i.CPU), i.Address}
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(out)
	if err := show(command, status.Alarms, []string{"ALARM", "STATE"}, func(a control.Alarm) []any { return []any{a.Name, a.State} }); err != nil {
		return err
	}
	for i, activity := range status.Activities[:min(len(status.Activities), 5)] {
		if i == 0 {
			fmt.Fprintln(out, "\nActivities")
		}
		fmt.Fprintf(out, "  %s  %s. %s\n", activity.Time.Local().Format(time.TimeOnly), activity.Description, activity.Cause)
	}
	for _, s := range status.Schedules {
		fmt.Fprintf(out, "\n%s starts the %s: %s, next %s\n", s.Name, s.Starts, s.Expression, s.Next.Local().Format(time.DateTime))
	}
	return nil
}

func age(since time.Time) string { return time.Since(since).Round(time.Second).String() }
