package main

import (
	"github.com/spf13/cobra"

	"photogallery/internal/cost"
	"photogallery/internal/price"
)

// costZones are the stack's.
const costZones = 2

type costFlags struct {
	hours, releases float64
	traffic, photos float64
}

func costCommand() *cobra.Command {
	var flags costFlags
	command := &cobra.Command{
		Use:   "cost",
		Short: "Show what an environment costs an hour and a month, with and without the nightly teardown",
		Long: `Show what an environment costs an hour and a month of 730 hours, with and without
the nightly teardown, by AWS's list prices in ` + price.Path + `.
It needs no account. Where the fleet's size matters there are two numbers, for
the fewest and for the most instances.`,
		Args: noArguments,
		Example: `  gallery cost --instance-type t4g.micro --max-size 3
  gallery cost --hours 8 --traffic 50`,
		RunE: func(command *cobra.Command, _ []string) error { return runCost(command, flags) },
	}
	addFleetFlags(command)
	f := command.Flags()
	f.Float64Var(&flags.hours, "hours", 10, "how many `hours` a day a release serves under the nightly teardown")
	f.Float64Var(&flags.releases, "releases", 4, "releases of new content a month")
	f.Float64Var(&flags.traffic, "traffic", 10, "`GB` a month that visitors fetch")
	f.Float64Var(&flags.photos, "photos", 1, "`GB` of photos")
	addJSONFlag(command)
	return command
}

func runCost(command *cobra.Command, flags costFlags) error {
	wanted, err := flags.wanted(command)
	if err != nil {
		return err
	}
	bill, err := cost.Add(price.Load(), wanted, cost.Planned(wanted))
	if err != nil {
		return err
	}
	if wantsJSON(command) {
		return showJSON(command, bill)
	}
	return showBill(command.OutOrStdout(), bill)
}

// wanted fills in what a release takes by default.
func (f costFlags) wanted(command *cobra.Command) (cost.Wanted, error) {
	request, err := fleetRequest(command)
	if err != nil {
		return cost.Wanted{}, err
	}
	w := cost.Wanted{
		InstanceType: request.InstanceType, MinSize: request.MinSize, MaxSize: request.MaxSize, Zones: costZones,
		HoursADay: f.hours, Mornings: cost.NightsAMonth, Releases: f.releases, TrafficGB: f.traffic, PhotosGB: f.photos,
	}
	return w, w.Check()
}
