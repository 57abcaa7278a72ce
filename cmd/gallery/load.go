package main

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"photogallery/internal/environment"
	"photogallery/internal/load"
	"photogallery/internal/local/control"
	"photogallery/internal/terminal"
	"photogallery/release"
)

// The bounds protect the machine, whose cores both send and serve the requests.
const (
	maxRate     = 2000
	maxDuration = 10 * time.Minute
)

func loadCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "load",
		Short: "Send requests to the local load balancer, to see the group grow",
		Long: fmt.Sprintf(`Ask the local load balancer for the home page and the thumbnails on it, in turn.

The rate that is the default makes a group of two grow to five. At most %d
requests a second for %s; no other host is ever asked.`, maxRate, maxDuration),
		Args: noArguments,
		RunE: runLoad,
	}
	command.Flags().Int("rate", 1200, "requests in a second (a `number`)")
	command.Flags().Duration("duration", 30*time.Second, "for how long (a `time` such as 30s)")
	return command
}

func runLoad(command *cobra.Command, _ []string) error {
	rate, err := command.Flags().GetInt("rate")
	if err != nil {
		return err
	}
	duration, err := command.Flags().GetDuration("duration")
	if err != nil {
		return err
	}
	if rate < 1 || rate > maxRate {
		return release.Errorf(release.InvalidRequest, "--rate %d: give 1 to %d requests a second", rate, maxRate)
	}
	if duration < time.Second || duration > maxDuration {
		return release.Errorf(release.InvalidRequest, "--duration %s: give 1s to %s", duration, maxDuration)
	}
	c, err := findLocal(command)
	if err != nil {
		return err
	}
	status, err := c.Status(command.Context())
	if err != nil {
		return err
	}
	if status.Serving == nil {
		return c.cloud(command).explainError(c.notServing(command.Context()))
	}
	if err := load.OnThisMachine(c.endpoint.Gallery); err != nil {
		return release.Errorf(release.InvalidRequest, "the file %s of the data folder is not of a local cloud: %w; only a local load balancer is loaded", control.EndpointFile, err)
	}
	rest, err := load.Thumbnails(command.Context(), c.endpoint.Gallery)
	if err != nil {
		return release.Errorf(release.VerifyFailed, "the gallery at %s does not answer: %w", c.endpoint.Gallery, err)
	}
	view := loadView{c, load.Start(c.endpoint.Gallery, rate, rest...), time.Now(), duration, rate}
	view.watch(command)
	return tellLoad(command, view.running.End())
}

// notServing advises to wake a gallery that has served before: the door of a local cloud is always there.
func (c localCloud) notServing(ctx context.Context) error {
	past, err := c.History(ctx)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(past, func(p environment.Past) bool { return p.Served }) {
		return release.Errorf(release.NotFound, "nothing serves now: `gallery wake` releases again what served last")
	}
	return release.Errorf(release.NotFound, "nothing serves yet: release something with `gallery release`")
}

func tellLoad(command *cobra.Command, result load.Result) error {
	out := command.OutOrStdout()
	fmt.Fprintf(out, "%d requests, %d failed; half within %s, 99 of 100 within %s\n",
		result.Requests, result.Failures, result.Percentile(50), result.Percentile(99))
	shares(result, func(id string, pages, percent int) {
		fmt.Fprintf(out, "%s  %3d%%  %d home pages\n", id, percent, pages)
	})
	if result.Failures > 0 {
		return release.Errorf(release.VerifyFailed, "%d requests failed, the first because %s", result.Failures, result.First)
	}
	if command.Context().Err() != nil {
		return ended{exitInterrupted}
	}
	return nil
}

// shares lists how many home pages each instance answered.
func shares(result load.Result, tell func(id string, pages, percent int)) {
	all := 0
	for _, pages := range result.Instances {
		all += pages
	}
	for _, id := range slices.Sorted(maps.Keys(result.Instances)) {
		tell(id, result.Instances[id], result.Instances[id]*100/all)
	}
}

// loadView shows a load while it runs.
type loadView struct {
	localCloud
	running  *load.Load
	began    time.Time
	duration time.Duration
	rate     int
}

// watch returns when the load's time or the command's context is over.
func (v loadView) watch(command *cobra.Command) {
	ctx, cancel := context.WithTimeout(command.Context(), v.duration)
	defer cancel()
	show, every := v.plainly(command), time.Second
	if on := terminal.ScreenOn(command.ErrOrStderr()); on != nil {
		defer on.Close()
		show, every = v.live(on), 250*time.Millisecond
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
		status, err := v.Status(ctx)
		if err != nil {
			return
		}
		show(status)
	}
}

func (v loadView) plainly(command *cobra.Command) func(environment.Status) {
	return func(status environment.Status) {
		healthy := 0
		for _, i := range status.Instances {
			if i.Health == "healthy" {
				healthy++
			}
		}
		now := v.running.Now()
		fmt.Fprintf(command.ErrOrStderr(), "%d requests answered, %d failed, %d instances healthy\n", now.Requests, now.Failures, healthy)
	}
}

// live shows how many home pages each instance answered since the frame before.
func (v loadView) live(on *terminal.Screen) func(environment.Status) {
	style := on.Style()
	before := map[string]int{}
	return func(status environment.Status) {
		now := v.running.Now()
		width, height := on.Size()
		lines := v.lines(now, status, before, style)
		before = now.Instances
		for i := range lines {
			lines[i] = ansi.Truncate(lines[i], width, "…")
		}
		on.Draw(lines[:min(len(lines), height-1)])
	}
}

func (v loadView) lines(now load.Result, status environment.Status, before map[string]int, style terminal.Style) []string {
	const cells = 40
	passed := min(v.duration, time.Since(v.began))
	done := int(cells * passed / v.duration)
	failed := fmt.Sprintf("%d failed", now.Failures)
	if now.Failures > 0 {
		failed = style.Bad.Of(failed)
	}
	lines := []string{
		style.Strong.Of(fmt.Sprintf("%d requests a second to %s", v.rate, v.endpoint.Gallery)),
		style.Busy.Of(strings.Repeat("━", done)) + style.Quiet.Of(strings.Repeat("─", cells-done)) +
			fmt.Sprintf("  %.0f of %.0f s", passed.Seconds(), v.duration.Seconds()),
		fmt.Sprintf("%d answered, %s, half within %s, 99 of 100 within %s", now.Requests, failed, now.Percentile(50), now.Percentile(99)),
	}
	all := 0
	for id, pages := range now.Instances {
		all += pages - before[id]
	}
	for _, i := range status.Instances {
		share := 0
		if all > 0 {
			share = (now.Instances[i.ID] - before[i.ID]) * 100 / all
		}
		lines = append(lines, fmt.Sprintf("%s  %-10s %-9s %3.0f%% cpu  %3d%% ", i.ID, i.Zone, i.Health, aws.ToFloat64(i.CPU), share)+style.Good.Of(strings.Repeat("▪", share/5)))
	}
	return lines
}
