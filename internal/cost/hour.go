package cost

import (
	"cmp"

	"photogallery/internal/price"
)

// Hour is the cost of an hour in which so many instances serve, without visitors. The type "" is the
// price list's first. Its error is an InvalidRequest for a type without a price.
func Hour(list price.List, instanceType string, instances int) (hour float64, err error) {
	w := Wanted{InstanceType: cmp.Or(instanceType, list.InstanceTypes()[0]), MinSize: instances, MaxSize: instances, Zones: Zones}
	bill, err := Add(list, w, Planned(w))
	for _, line := range bill.Lines {
		if line.Phase == Serving {
			hour += line.Hour.Least
		}
	}
	return hour, err
}
