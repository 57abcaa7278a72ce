package cost

import (
	"cmp"
	"slices"

	"photogallery/internal/price"
	"photogallery/release"
)

// Bill is the cost of an environment.
type Bill struct {
	Date     string `json:"date"`   // of the prices
	Region   string `json:"region"` // of the prices
	Currency string `json:"currency"`
	Note     string `json:"note"`

	Stack       string `json:"stack,omitempty"` // of the environment that was read, or "" for a planned one
	StackRegion string `json:"stackRegion,omitempty"`

	InstanceType string  `json:"instanceType"`
	MinSize      int     `json:"minSize"`
	MaxSize      int     `json:"maxSize"`
	HoursADay    float64 `json:"hoursADay"` // of service under the nightly teardown

	Spending *release.Spending `json:"spending,omitempty"` // of this month, if the environment that was read has a budget

	Lines []Line `json:"lines"`
	Total Sum    `json:"total"`
}

// Line is one billed item.
type Line struct {
	Phase    Phase   `json:"phase"`
	Key      string  `json:"price"`
	What     string  `json:"what"`
	Note     string  `json:"note,omitempty"`
	Price    float64 `json:"unitPrice"`
	Per      float64 `json:"per"`
	Unit     string  `json:"unit"`
	Source   string  `json:"source"`
	Quantity Range   `json:"quantity"`
	Sum
}

// Sum is an amount of money. Running resources are averaged over a month of 730 hours.
type Sum struct {
	Now     *float64 `json:"now,omitempty"` // an hour, as it is now, or nil for a planned environment
	Hour    Range    `json:"hour"`          // while a release serves, without releases and teardowns
	Month   Range    `json:"month"`         // a month of uninterrupted service
	Nightly Range    `json:"nightly"`       // a month with the nightly teardown
}

// Add prices the items. Its error is an InvalidRequest for an instance type without a price. Any
// other error is a defect: a key that the price file does not have.
func Add(list price.List, w Wanted, items []Item) (Bill, error) {
	bill := Bill{
		Date: list.Date, Region: list.Region, Currency: list.Currency, Note: list.Note,
		InstanceType: w.InstanceType, MinSize: w.MinSize, MaxSize: w.MaxSize, HoursADay: w.HoursADay,
	}
	ordered := slices.Clone(items)
	slices.SortStableFunc(ordered, func(a, b Item) int {
		return slices.Index(Phases(), a.Phase) - slices.Index(Phases(), b.Phase)
	})
	for _, item := range ordered {
		p, err := priceOf(list, cmp.Or(item.InstanceType, w.InstanceType), item.Key)
		if err != nil {
			return Bill{}, err
		}
		line := Line{
			Phase: item.Phase, Key: item.Key, What: p.What, Note: item.Note,
			Price: p.Price, Per: p.Per, Unit: p.Unit, Source: p.Source, Quantity: item.Quantity, Sum: sum(p, item, w),
		}
		bill.Lines = append(bill.Lines, line)
		bill.Total = bill.Total.plus(line.Sum)
	}
	return bill, nil
}

func priceOf(list price.List, instanceType, key string) (price.Price, error) {
	if key == price.InstanceKey {
		return list.Instance(instanceType)
	}
	p, known := list.Of(key, instanceType)
	if !known {
		return price.Price{}, release.Errorf(release.Unexpected, "%s has no price %q", price.Path, key)
	}
	return p, nil
}

// sum takes Quantity for a whole month. An item that is billed while a release serves is billed for
// its share of the month under the nightly teardown.
func sum(p price.Price, item Item, w Wanted) Sum {
	month := Range{p.Month(item.Quantity.Least), p.Month(item.Quantity.Most)}
	s := Sum{Month: month, Nightly: month, Hour: month.times(1.0 / price.HoursAMonth)}
	switch item.Phase {
	case Serving:
		s.Nightly = month.times(w.HoursADay / 24)
	case Runs:
		s.Hour = Range{}
		s.Month = Range{p.Uses(item.Quantity.Least), p.Uses(item.Quantity.Most)}
		s.Nightly = Range{p.Uses(item.Nightly.Least), p.Uses(item.Nightly.Most)}
	}
	if w.Observed && (item.Phase == Serving || item.Phase == Always) {
		now := p.Month(item.Now) / price.HoursAMonth
		s.Now = &now
	}
	return s
}

func (s Sum) plus(other Sum) Sum {
	total := Sum{Hour: s.Hour.plus(other.Hour), Month: s.Month.plus(other.Month), Nightly: s.Nightly.plus(other.Nightly)}
	for _, now := range []*float64{s.Now, other.Now} {
		if now == nil {
			continue
		}
		if total.Now == nil {
			total.Now = new(float64)
		}
		*total.Now += *now
	}
	return total
}
