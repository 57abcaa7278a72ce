package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/internal/terminal"
	"photogallery/release"
)

// watchPolls returns how often a status is asked for: less and less often while nothing changes. On
// AWS each one is a dozen calls.
func (c cloud) watchPolls() execution.Polls {
	if _, isHere := c.place.(localCloud); isHere {
		return execution.Polls{Shortest: time.Second, Longest: 4 * time.Second}
	}
	return execution.Polls{Shortest: 3 * time.Second, Longest: 12 * time.Second}
}

// silence is how long AWS may throttle or not answer until the watch ends.
const silence = 3 * time.Minute

// watch shows the status until Ctrl-C: redrawn on a terminal, else a line whenever it has changed.
func (c cloud) watch(command *cobra.Command) error {
	show := c.watchPlainly(command)
	if screen := terminal.ScreenOn(command.OutOrStdout()); screen != nil {
		defer screen.Close()
		show = c.watchOn(command, screen)
	}
	return watch(command.Context(), c.watchPolls(), c.visited, show)
}

// watch asks for the status until ctx ends. show draws it, with the reason if the newest answer is an
// error and the status is therefore old.
func watch(ctx context.Context, polls execution.Polls, ask func(context.Context) (environment.Status, error), show func(environment.Status, error) error) error {
	var last environment.Status
	answered, wait := time.Now(), polls.Shortest
	for {
		now, err := ask(ctx)
		switch {
		case ctx.Err() != nil:
			return nil // a person has seen enough
		case err != nil && (!mayPass(err) || time.Since(answered) > silence):
			return err
		case err != nil:
			now = last
		default:
			answered = time.Now()
		}
		if failed := show(now, err); failed != nil {
			return failed
		}
		if wait = min(2*wait, polls.Longest); inOneLine(now) != inOneLine(last) {
			wait = polls.Shortest
		}
		last = now
		select {
		case <-ctx.Done():
			return nil
		case <-time.After(wait):
		}
	}
}

// mayPass reports whether the next answer may be a better one.
func mayPass(err error) bool {
	return slices.Contains([]release.Code{release.Throttled, release.AwsUnavailable}, release.CodeOf(err))
}

// watchOn draws each status over the last one. It leaves out the console's address, of which each is
// good once.
func (c cloud) watchOn(command *cobra.Command, screen *terminal.Screen) func(environment.Status, error) error {
	out := command.OutOrStdout()
	return func(status environment.Status, late error) error {
		page := terminal.PageFor(out)
		command.SetOut(page)
		defer command.SetOut(out)
		status.Console = ""
		fmt.Fprintln(page, time.Now().Format(time.TimeOnly)+lateness(c.explain(late)))
		err := showStatus(command, status, c.hint)
		width, height := screen.Size()
		screen.Draw(page.Lines(width, height-1))
		return err
	}
}

// watchPlainly prints a line for each status that differs from the last one.
func (c cloud) watchPlainly(command *cobra.Command) func(environment.Status, error) error {
	last := ""
	return func(status environment.Status, late error) error {
		line := inOneLine(status) + lateness(c.explain(late))
		if line == last {
			return nil
		}
		last = line
		_, err := io.WriteString(command.OutOrStdout(), time.Now().Format(time.TimeOnly)+"  "+line+"\n")
		return err
	}
}

func lateness(err error) string {
	if err == nil {
		return ""
	}
	return "  No answer: " + messageOf(err)
}

// inOneLine returns what people wait for in a status: what serves, the fleets, the health of the
// instances, and the alarms that ring.
func inOneLine(status environment.Status) string {
	words := []string{"nothing serves"}
	if status.Serving != nil {
		words[0] = status.Serving.Release + " serves"
	}
	for _, fleet := range status.Fleets {
		g, name := fleet.Group, ""
		if status.Split() != "" {
			name = fleet.Label() + ": "
		}
		words = append(words, strings.TrimSpace(fmt.Sprintf("%s%d of %d in service, %d to %d %s", name, g.InService, g.Desired, g.Min, g.Max, g.Refresh)))
	}
	count, order := map[string]int{}, []string{}
	for _, i := range status.Instances {
		health := strings.TrimSpace(i.Role + " " + healthOf(i))
		if count[health]++; count[health] == 1 {
			order = append(order, health)
		}
	}
	slices.Sort(order)
	for _, health := range order {
		words = append(words, fmt.Sprintf("%d %s", count[health], health))
	}
	for _, alarm := range status.Alarms {
		if alarm.State == "ALARM" {
			words = append(words, alarm.Name+" in ALARM")
		}
	}
	return strings.Join(words, ", ")
}
