package main

import (
	"github.com/spf13/cobra"

	"photogallery/internal/price"
	"photogallery/lambdas/plan"
	"photogallery/release"
)

// addFleetFlags adds the flags for the fields of a release request that describe the fleet.
func addFleetFlags(command *cobra.Command) {
	f := command.Flags()
	f.String("instance-type", "", "the instances' `type` (default: a release's, "+plan.UsualType(release.ARM64)+", or "+plan.UsualType(release.X8664)+" on x86_64)")
	f.Int("min-size", 0, "the fewest instances (default: a release's)")
	f.Int("max-size", 0, "the most instances (default: a release's)")
	completeFlag(command, "instance-type", func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return price.Load().InstanceTypes(), cobra.ShellCompDirectiveNoFileComp
	})
}

// fleetRequest returns a release request from these flags. Its error is an InvalidRequest that names
// every problem.
func fleetRequest(command *cobra.Command) (release.Request, error) {
	given, err := fromFlags(command.Flags())
	if err != nil {
		return release.Request{}, err
	}
	return release.ParseRequest([]byte(given))
}
