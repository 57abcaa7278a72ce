package cost

import (
	"cmp"

	"photogallery/internal/price"
)

// UsualPhotosGB is the default size of the photos, in GB.
const UsualPhotosGB = 1

// Hourly is the cost of an hour of what exists.
type Hourly struct {
	All  float64
	Idle float64 // the part that a teardown leaves
}

// Hourly prices what exists, as it is at that moment, without visitors, releases and teardowns. Its error
// is an InvalidRequest for an instance type without a price.
func (e Existing) Hourly(list price.List, hasDashboard bool) (Hourly, error) {
	w := Wanted{InstanceType: cmp.Or(e.InstanceType, list.InstanceTypes()[0]), Zones: e.Zones, PhotosGB: UsualPhotosGB, Dashboard: hasDashboard, Observed: true}
	bill, err := Add(list, w, e.Mark(Planned(w), w.InstanceType))
	if err != nil {
		return Hourly{}, err
	}
	hour := Hourly{All: *bill.Total.Now}
	for _, line := range bill.Lines {
		if line.Phase == Always {
			hour.Idle += *line.Now
		}
	}
	return hour, nil
}
