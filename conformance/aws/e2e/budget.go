package e2e

import (
	"fmt"
	"math"
	"time"

	"photogallery/internal/cost"
	"photogallery/internal/price"
	"photogallery/release"
)

// DefaultCap is the most dollars that a run may cost where nobody says.
const DefaultCap = 1.00

const (
	longest    = 4 * time.Hour    // that a story may take, whatever the cap
	cleaningUp = 75 * time.Minute // of which a destroy may wait an hour, see Custom::PhotogalleryEnvironment
)

// What a run does at most, beside what the largest fleet costs by the hour.
const (
	instanceType = "t4g.small"
	minFleet     = 2
	maxFleet     = 5 // a story has two, and two more while they are replaced
	zones        = 2
	bakes        = 5 // releases with a builder
	others       = 3 // releases from an image, and as many teardowns
	balancers    = 3 // each is billed for an hour that it began
	trafficGB    = 0.5
	diskGB       = 8
)

// Price is what a run costs at most, at the prices of prices.json.
type Price struct {
	Hour float64 // dollars: everything that a story ever has, all at the same time
	Once float64 // dollars: what is billed by the piece, and hours that were begun
	Idle float64 // dollars a day of the stack alone
}

// Reckon adds up the price of a run. Its error is a defect of the price file.
func Reckon() (Price, error) {
	list := price.Load()
	wanted := cost.Wanted{
		InstanceType: instanceType, MinSize: maxFleet, MaxSize: maxFleet, Zones: zones, HoursADay: 24,
		Releases: bakes, Mornings: others, TrafficGB: trafficGB * price.HoursAMonth, PhotosGB: 1,
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
	p.Once += balancers * (list.Prices["load-balancer"].Price + zones*list.Prices["public-address"].Price)
	return p, nil
}

// Of is what so long a run costs at most.
func (p Price) Of(d time.Duration) float64 { return p.Once + p.Hour*d.Hours() }

// Budget is what a run is held to.
type Budget struct {
	Cap   float64       // dollars
	Story time.Duration // after which cleaning up begins, wherever the story is
	Most  float64       // dollars that the story and the cleaning up then cost at most
}

// Plan derives a run's limits from the cap. Its error is an InvalidRequest where the cap is less than
// what so long a story and the cleaning up may cost, with the cap that would do.
func (p Price) Plan(most float64, takes time.Duration) (Budget, error) {
	least := math.Ceil(100*p.Of(takes+cleaningUp)-1e-6) / 100
	if !(most >= least) { // NaN is not
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
