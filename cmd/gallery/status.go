package main

import (
	"cmp"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"photogallery/internal/environment"
	"photogallery/internal/terminal"
	"photogallery/release"
)

func statusCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "status",
		Short: "Show what serves, its instances, alarms and schedules",
		Args:  noArguments,
		RunE: func(command *cobra.Command, _ []string) error {
			watches, err := command.Flags().GetBool("watch")
			if err != nil {
				return err
			}
			if watches && wantsJSON(command) {
				return release.Errorf(release.InvalidRequest, "--watch and --json: give one of them")
			}
			return onCloud(command, func(c cloud) error {
				if watches {
					return c.watch(command)
				}
				status, err := c.visited(command.Context())
				if err != nil {
					return err
				}
				if wantsJSON(command) {
					return showJSON(command, status)
				}
				if at, isHere := c.place.(localCloud); isHere && status.Console != "" && terminal.Width(command.OutOrStdout()) > 0 {
					if status.Console, err = at.Console(command.Context()); err != nil { // one that opens it
						return err
					}
				}
				return showStatus(command, status, c.hint)
			})
		},
	}
	addJSONFlag(command)
	command.Flags().BoolP("watch", "w", false, "show it again every few seconds until Ctrl-C")
	return command
}

func showStatus(command *cobra.Command, status environment.Status, hint func(string) string) error {
	out := command.OutOrStdout()
	style := terminal.StyleFor(out)
	fmt.Fprintln(out, style.Strong.Of(entranceOf(status)))
	if status.Serving == nil {
		fmt.Fprintln(out, "Nothing serves.")
	} else {
		fmt.Fprintf(out, "Release %s (version %s, image %s) serves.\n", status.Serving.Release, status.Serving.Version, status.Serving.Image)
		if words := baseInWords(status.Serving.Base, time.Now()); words != "" {
			fmt.Fprintln(out, hint(words))
		}
	}
	if status.Visits != nil {
		fmt.Fprintln(out, visitsInWords(*status.Visits, status.Stack != "", time.Now()))
	}
	showFleets(out, status)
	if status.Serving != nil && status.Serving.Resize != nil {
		next := status.Serving.Resize
		fmt.Fprintf(out, "Scheduled size: %d to %d from %s on.\n", next.MinSize, next.MaxSize, next.At.Local().Format("Monday, 2006-01-02 15:04 MST"))
	}
	if len(status.Instances) > 0 {
		fmt.Fprintln(out)
	}
	if err := showInstances(command, status); err != nil {
		return err
	}
	if len(status.Alarms) > 0 {
		fmt.Fprintln(out)
	}
	if err := show(command, status.Alarms, []string{"ALARM", "STATE"}, func(a environment.Alarm) []any { return []any{a.Name, stateOf(a)} }); err != nil {
		return err
	}
	showActivities(out, status.Activities)
	for i, s := range status.Schedules {
		if i == 0 {
			fmt.Fprintln(out)
		}
		when := strings.TrimSpace(s.Expression + " " + s.TimeZone)
		if !s.Next.IsZero() {
			when += ", next " + s.Next.Local().Format(time.DateTime)
		}
		fmt.Fprintf(out, "%s starts the %s: %s\n", s.Name, s.Starts, when)
	}
	if status.Spending != nil {
		fmt.Fprintln(out, "\n"+spendingInWords(*status.Spending))
	}
	if status.Console != "" {
		fmt.Fprintf(out, "\n%s: %s\n", map[bool]string{true: "Console", false: "Dashboard"}[status.Stack == ""], status.Console)
	}
	return nil
}

// spendingInWords compares the month's spending with its budget.
func spendingInWords(s release.Spending) string {
	words := fmt.Sprintf("Budget: %s, as of %s.", s, s.At.Local().Format(time.DateTime))
	if s.IsUsedUp(s.Budget, s.At) {
		words += " It is used up: releases are refused."
	}
	return words
}

// showFleets prints a line for each group, with its part of the traffic while there are two.
func showFleets(out io.Writer, status environment.Status) {
	for _, fleet := range status.Fleets {
		if status.Split() != "" {
			fmt.Fprintf(out, "%s of the traffic. ", fleet.Label())
		}
		g := fleet.Group
		fmt.Fprintf(out, "Group: %d of %d in service, %d to %d.", g.InService, g.Desired, g.Min, g.Max)
		if g.Refresh != "" {
			fmt.Fprintf(out, " Refresh: %s.", g.Refresh)
		}
		fmt.Fprintln(out)
	}
}

// entranceOf describes the gallery's address and its instances.
func entranceOf(status environment.Status) string {
	if status.Stack == "" {
		return fmt.Sprintf("%s, up since %s on %s", status.Gallery, status.Started.Local().Format(time.DateTime), status.Data)
	}
	where := fmt.Sprintf("stack %s in %s", status.Stack, status.Region)
	if status.FrontDoor != "" {
		where += "\nFront door: " + status.FrontDoor
	}
	switch {
	case status.Gallery == "":
		return "No load balancer, " + where
	case status.LoadBalancer != "active":
		return fmt.Sprintf("%s, %s, %s", status.Gallery, status.LoadBalancer, where)
	}
	return status.Gallery + ", " + where
}

// showInstances omits the CPU on AWS, where only metrics have it, and the slot of a single fleet.
func showInstances(command *cobra.Command, status environment.Status) error {
	columns := []string{"INSTANCE", "ROLE", "ZONE", "HEALTH", "IMAGE VERSION", "AGE"}
	isLocal := status.Stack == ""
	if isLocal {
		columns = append(columns, "CPU")
	}
	columns = append(columns, "ADDRESS")
	isSplit := status.Split() != ""
	if isSplit {
		columns = append(columns, "SLOT")
	}
	return show(command, status.Instances, columns, func(i environment.Instance) []any {
		row := []any{i.ID, i.Role, i.Zone, healthOf(i), i.Version, age(i.Launched)}
		if isLocal {
			row = append(row, fmt.Sprintf("%.0f%%", aws.ToFloat64(i.CPU)))
		}
		row = append(row, i.Address)
		if isSplit {
			row = append(row, i.Slot)
		}
		return row
	})
}

// showActivities shows the newest activities: what was done to which instance, and why.
func showActivities(out io.Writer, activities []environment.Activity) {
	const most = 5
	width := terminal.Width(out)
	for i, activity := range activities[:min(len(activities), most)] {
		if i == 0 {
			fmt.Fprintln(out, "\nACTIVITIES")
		}
		line := fmt.Sprintf("%s  %s %s: %s", activity.Time.Local().Format(time.TimeOnly), activity.Did, cmp.Or(activity.Instance, "an instance"), withoutTimes(activity.Why))
		if width > 0 {
			line = ansi.Truncate(line, width, "…")
		}
		fmt.Fprintln(out, line)
	}
}

// timeInCause matches the time at the beginning of each sentence of a cause, which repeats the
// activity's time.
var timeInCause = regexp.MustCompile(`At \d{4}-\d\d-\d\dT[0-9:]+Z `)

func withoutTimes(cause string) string {
	return strings.Join(strings.Fields(timeInCause.ReplaceAllString(cause, "")), " ")
}

// stateOf returns an alarm's state in AWS's words. Two alarms are in ALARM where nothing is wrong.
func stateOf(a environment.Alarm) string {
	switch {
	case a.State != "ALARM":
		return a.State
	case a.Kind == release.Idle:
		return "ALARM (as usual while little is asked of the fleet)"
	case a.Kind == release.Unvisited:
		return "ALARM (as usual while nobody visits)"
	}
	return a.State
}

// healthOf returns the target's health, or EC2's state for an instance that is not a target.
func healthOf(i environment.Instance) string {
	if i.Health == "" || i.State != "running" {
		return i.State
	}
	return i.Health
}

func age(since time.Time) string { return time.Since(since).Round(time.Second).String() }
