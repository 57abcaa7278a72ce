package cost

import "photogallery/internal/price"

// Rest is what goes on costing money after a teardown.
type Rest struct {
	Date     string  `json:"date"`   // of the prices
	Region   string  `json:"region"` // of the prices
	Currency string  `json:"currency"`
	Month    float64 `json:"month"` // of the stack and the images, without photos and bundles
}

// OfRest adds up a month with so many images. Its errors are those of Add.
func OfRest(list price.List, images int) (Rest, error) {
	bill, err := Add(list, Wanted{}, always(Planned(Wanted{}), images))
	return Rest{bill.Date, bill.Region, bill.Currency, bill.Total.Month.Most}, err
}

// always returns the items that are billed without a release, of so many images.
func always(items []Item, images int) (found []Item) {
	for _, item := range items {
		if item.Key == "snapshot" {
			item.Quantity = just(float64(images) * imageGB)
		}
		if item.Phase == Always {
			found = append(found, item)
		}
	}
	return found
}
