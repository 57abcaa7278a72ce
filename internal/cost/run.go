package cost

import "photogallery/internal/price"

// OfRun returns what the instance of a command costs an hour. Its error is that of price.List.Instance.
func OfRun(list price.List, instanceType string) (float64, error) {
	instance, err := list.Instance(instanceType)
	if err != nil {
		return 0, err
	}
	disk := list.Prices["disk"].Month(diskGB) / price.HoursAMonth
	return instance.Uses(1) + list.Prices["public-address"].Uses(1) + disk, nil
}
