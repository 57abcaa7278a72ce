package awsstack

import (
	"cmp"
	"context"

	"photogallery/internal/console"
	"photogallery/internal/cost"
	"photogallery/internal/price"
	"photogallery/lambdas/plan"
	"photogallery/release"
)

// cost returns what an hour costs now, and while a release serves with the present fleet's sizes, or with
// the usual ones.
func (s *Stack) cost(ctx context.Context) (console.Cost, error) {
	seen, err := cost.ReadExisting(ctx, s.clients, s.Environment)
	if err != nil {
		return console.Cost{}, err
	}
	list := price.Load()
	hour, err := seen.Hourly(list, s.Dashboard != "")
	if err != nil {
		return console.Cost{}, err
	}
	least, most, err := release.Request{}.UsualBounds(release.Current{})
	if err != nil {
		return console.Cost{}, err
	}
	if seen.MaxSize > 0 {
		least, most = seen.MinSize, seen.MaxSize
	}
	wanted := cost.Wanted{
		InstanceType: cmp.Or(seen.InstanceType, plan.UsualType(s.Architecture)), MinSize: least, MaxSize: most,
		Zones: cmp.Or(seen.Zones, cost.Zones), PhotosGB: cost.UsualPhotosGB, Dashboard: s.Dashboard != "",
	}
	bill, err := cost.Add(list, wanted, cost.Planned(wanted))
	return console.Cost{
		Hour: hour.All, Idle: hour.Idle, Least: bill.Total.Hour.Least, Most: bill.Total.Hour.Most,
		Currency: list.Currency, Region: list.Region, Date: list.Date,
	}, err
}
