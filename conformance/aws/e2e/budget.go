package e2e

import (
	"fmt"
	"math"
	"time"

	"photogallery/internal/cost"
	"photogallery/internal/price"
	"photogallery/release"
)

// DefaultCap is the default limit of a run's cost in dollars.
const DefaultCap = 1.00

const (
	longest    = 4 * time.Hour    // the limit of a story, whatever the cap
	cleaningUp = 75 * time.Minute // of which a destroy may wait an hour, see Custom::PhotogalleryEnvironment
)

// What a run does at most, in addition to the largest fleet's cost by the hour.
const (
	instanceType = "t4g.small"
	minFleet     = 2
	maxFleet     = 5 // a story has two, and two more during a replacement
	zones        = 2
	trafficGB    = 0.5
	diskGB       = 8
)

// Price is the maximum cost of a run, at the prices of prices.json.
type Price struct {
	Hour float64 // dollars: everything that a story ever has, at the same time
	Once float64 // dollars: what is billed by use, and started hours
	Idle float64 // dollars a day for the stack alone
}

// Reckon adds up the price of a run. Its error is a defect of the price file.
func (s Story) Reckon() (Price, error) {
	list := price.Load()
	wanted := cost.Wanted{
		InstanceType: instanceType, MinSize: maxFleet, MaxSize: maxFleet, Zones: zones, HoursADay: 24,
		Releases: s.bakes, Mornings: s.others, TransferGB: trafficGB * price.HoursAMonth, PhotosGB: 1,
	}
	bill, err := cost.Add(list, wanted, cost.Planned(wanted))
	if err != nil {
		return Price{}, err
	}
	builder, err := list.Instance(instanceType)
	if err != nil {
		return Price{}, err
	}
	p := Price{Hour: bill.Total.Hour.Most + builder.Price + list.Prices["public-address"].Price + list.Prices["disk"].Price*diskGB/price.HoursAMonth}
	for _, line := range bill.Lines {
		switch line.Phase {
		case cost.Runs:
			p.Once += line.Nightly.Most
		case cost.Always:
			p.Idle += line.Hour.Most * 24
		}
	}
	p.Once += s.balancers * (list.Prices["load-balancer"].Price + zones*list.Prices["public-address"].Price)
	return p, nil
}

// Of returns the maximum cost of a run of that length.
func (p Price) Of(d time.Duration) float64 { return p.Once + p.Hour*d.Hours() }

// Budget holds the limits of a run.
type Budget struct {
	Cap   float64       // dollars
	Story time.Duration // then cleaning up begins, wherever the story is
	Most  float64       // dollars, the maximum cost of the story and the cleaning up
}

// Plan derives a run's limits from the cap. Its error is an InvalidRequest if the cap is less than
// the possible cost of such a story and its cleaning up, and names a cap that is enough.
func (p Price) Plan(most float64, takes time.Duration) (Budget, error) {
	least := math.Ceil(100*p.Of(takes+cleaningUp)-1e-6) / 100
	if !(most >= least) { // also refuses NaN
		return Budget{}, release.Errorf(release.InvalidRequest,
			"a run of %s and the cleaning up, for which %s are reckoned, may cost $%.2f, and the cap is $%.2f: set GALLERY_AWS_E2E_CAP to %.2f or more",
			minutes(takes), minutes(cleaningUp), least, most, least)
	}
	affordable := time.Duration((most-p.Once)/p.Hour*float64(time.Hour)) - cleaningUp
	b := Budget{Cap: most, Story: min(affordable, longest).Truncate(time.Minute)}
	b.Most = p.Of(b.Story + cleaningUp)
	return b, nil
}

func minutes(d time.Duration) string {
	if d < time.Hour {
		return fmt.Sprintf("%d min", int(d.Minutes()))
	}
	return fmt.Sprintf("%d h %02d min", int(d.Hours()), int(d.Minutes())%60)
}
