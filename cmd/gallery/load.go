package main

import (
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"photogallery/internal/load"
	"photogallery/internal/release"
)

const (
	mostRate     = 5000
	mostDuration = 10 * time.Minute
)

func loadCommand() *cobra.Command {
	command := &cobra.Command{
		Use:   "load",
		Short: "Send requests to the local load balancer, to see the group grow",
		Args:  noArguments,
		RunE:  runLoad,
	}
	command.Flags().Int("rate", 1200, "requests a `second`")
	command.Flags().Duration("duration", 30*time.Second, "for how `long`")
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
	if rate < 1 || rate > mostRate {
		return release.Errorf(release.InvalidRequest, "--rate %d: give 1 to %d requests a second", rate, mostRate)
	}
	if duration < time.Second || duration > mostDuration {
		return release.Errorf(release.InvalidRequest, "--duration %s: give 1s to %s", duration, mostDuration)
	}
	c, err := findCloud(command)
	if err != nil {
		return err
	}
	if _, err := c.Status(command.Context()); err != nil {
		return err
	}
	running := load.Start(c.endpoint.Gallery, rate)
	c.watchLoad(command, running, time.Now().Add(duration))
	result := running.End()
	fmt.Fprintf(command.OutOrStdout(), "%d requests, %d failed; half within %s, 99 of 100 within %s\n",
		result.Requests, result.Failures, result.Percentile(50), result.Percentile(99))
	if result.Failures > 0 {
		return release.Errorf(release.VerifyFailed, "%d requests failed, the first because %s", result.Failures, result.First)
	}
	return nil
}

// watchLoad tells each second how many instances share the load.
func (c cloud) watchLoad(command *cobra.Command, running *load.Load, until time.Time) {
	ticker := time.NewTicker(time.Second)
	defer ticker.Stop()
	for time.Now().Before(until) {
		select {
		case <-command.Context().Done():
			return
		case <-ticker.C:
		}
		healthy := 0
		status, err := c.Status(command.Context())
		if err != nil {
			return
		}
		for _, i := range status.Instances {
			if i.Health == "healthy" {
				healthy++
			}
		}
		fmt.Fprintf(command.ErrOrStderr(), "%d requests answered, %d instances healthy\n", running.Requests(), healthy)
	}
}
