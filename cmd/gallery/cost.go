package main

import (
	"cmp"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"photogallery/internal/awsstack"
	"photogallery/internal/cost"
	"photogallery/internal/environment"
	"photogallery/internal/price"
	"photogallery/lambdas/plan"
	"photogallery/lambdas/step"
	"photogallery/release"
)

type costFlags struct {
	hours, releases  float64
	transfer, photos float64
	dashboard        bool
}

func costCommand() *cobra.Command {
	var flags costFlags
	command := &cobra.Command{
		Use:   "cost",
		Short: "Show what an environment costs an hour and a month, with and without the nightly teardown",
		Long: `Show what an environment costs an hour and a month of 730 hours, with and without
the nightly teardown, by AWS's list prices in ` + price.Path + `.
It needs no account. Where the fleet's size matters there are two numbers, for
the fewest and for the most instances. With --stack it looks at the stack's own
fleet, schedules and images, and adds what they cost at this moment.`,
		Args: noArguments,
		Example: `  gallery cost --instance-type t4g.micro --max-size 3
  gallery cost --hours 8 --transfer 50
  gallery cost --stack photogallery-main`,
		RunE: func(command *cobra.Command, _ []string) error { return runCost(command, flags) },
	}
	addFleetFlags(command)
	f := command.Flags()
	f.Float64Var(&flags.hours, "hours", 10, "how many `hours` a day a release serves under the nightly teardown (default with --stack: as its schedules say)")
	f.Float64Var(&flags.releases, "releases", 4, "releases of new content a month")
	f.Float64Var(&flags.transfer, "transfer", 10, "`GB` a month that visitors fetch")
	f.Float64Var(&flags.photos, "photos", cost.UsualPhotosGB, "`GB` of photos")
	f.BoolVar(&flags.dashboard, "dashboard", false, "with the dashboard and the alarms of the option dashboard (default with --stack: as deployed)")
	addJSONFlag(command)
	return command
}

func runCost(command *cobra.Command, flags costFlags) error {
	name, err := stackOf(command)
	if err != nil {
		return err
	}
	wanted, err := flags.wanted(command)
	if err != nil {
		return err
	}
	var bill cost.Bill
	if name == "" {
		if also := given(command, "region", "profile"); also != "" {
			return release.Errorf(release.InvalidRequest, "%s goes with --stack, which names a stack on AWS: add that, or leave it out; prices are of %s", strings.TrimSpace(also), price.Load().Region)
		}
		bill, err = cost.Add(price.Load(), wanted, cost.Planned(wanted))
	} else {
		bill, err = stackBill(command, name, wanted)
	}
	if err != nil {
		return err
	}
	if wantsJSON(command) {
		return showJSON(command, bill)
	}
	return showBill(command.OutOrStdout(), bill)
}

// wanted fills in a release's defaults.
func (f costFlags) wanted(command *cobra.Command) (cost.Wanted, error) {
	request, err := fleetRequest(command)
	if err != nil {
		return cost.Wanted{}, err
	}
	least, most, err := request.UsualBounds(release.Current{})
	if err != nil {
		return cost.Wanted{}, err
	}
	w := cost.Wanted{
		InstanceType: cmp.Or(request.InstanceType, plan.UsualType(release.ARM64)), MinSize: least, MaxSize: most, Zones: cost.Zones,
		HoursADay: f.hours, Mornings: cost.NightsAMonth, Releases: f.releases, TransferGB: f.transfer, PhotosGB: f.photos, Dashboard: f.dashboard,
	}
	return w, w.Check()
}

// stackBill returns the bill of a stack's present resources and of those it may grow to. Flags
// override what exists.
func stackBill(command *cobra.Command, name string, w cost.Wanted) (cost.Bill, error) {
	ctx := command.Context()
	config, err := awsConfig(command)
	if err != nil {
		return cost.Bill{}, err
	}
	stack, err := awsstack.Open(ctx, config, name)
	if err != nil {
		return cost.Bill{}, err
	}
	status, err := stack.Status(ctx)
	if err != nil {
		return cost.Bill{}, awsstack.Explain(err, config.Region)
	}
	seen, err := cost.ReadExisting(ctx, step.NewClients(config, nil), stack.Environment)
	if err != nil {
		return cost.Bill{}, awsstack.Explain(err, config.Region)
	}
	w = adapted(command, w, seen, plan.UsualType(stack.Architecture), status.Schedules)
	w.Dashboard = w.Dashboard || stack.Dashboard != ""
	bill, err := cost.Add(price.Load(), w, seen.Mark(cost.Planned(w), w.InstanceType))
	bill.Stack, bill.StackRegion, bill.Spending = name, config.Region, status.Spending
	return bill, err
}

// adapted returns what was asked for, and what is there for the rest. The usual instance type is the
// stack's, for one in which nothing serves.
func adapted(command *cobra.Command, w cost.Wanted, seen cost.Existing, usual string, schedules []environment.Schedule) cost.Wanted {
	asked := command.Flags().Changed
	w.Observed = true
	w.Zones = cmp.Or(seen.Zones, w.Zones)
	if !asked("instance-type") {
		w.InstanceType = cmp.Or(seen.InstanceType, usual)
	}
	if !asked("min-size") && !asked("max-size") && seen.MaxSize > 0 {
		w.MinSize, w.MaxSize = seen.MinSize, seen.MaxSize
	}
	var read []cost.Schedule
	for _, s := range schedules {
		if s.Starts != "rebake" && !strings.HasPrefix(s.Expression, "at(") { // of a ttl
			read = append(read, cost.Schedule{Expression: s.Expression, TimeZone: s.TimeZone, Teardown: s.Starts == "teardown"})
		}
	}
	if table, known := cost.Read(read, time.Now()); known && !asked("hours") {
		w.HoursADay, w.Mornings = table.HoursADay, table.Mornings
	}
	return w
}
