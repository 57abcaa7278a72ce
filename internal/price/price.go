// Package price holds what AWS asks for the resources that an environment is made of: one dated
// file, prices.json, and nothing in code.
package price

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"sync"

	"photogallery/release"
)

// Path is where the price file lies in the repository.
const Path = "internal/price/prices.json"

// InstanceKey is the key under which Billed lists an instance, whose price depends on its type.
const InstanceKey = "instance"

// HoursAMonth is the length of a month as AWS's own calculator has it.
const HoursAMonth = 730

//go:embed prices.json
var file []byte

// List is the price file.
type List struct {
	Date     string           `json:"date"` // yyyy-mm-dd
	Region   string           `json:"region"`
	Currency string           `json:"currency"`
	Note     string           `json:"note"`   // what is left out of all prices
	Prices   map[string]Price `json:"prices"` // by key

	Instances struct {
		Source string             `json:"source"`
		Hour   map[string]float64 `json:"hour"` // by instance type
	} `json:"instances"`

	// Billed names, for each operation that a step calls and each CloudFormation resource type of
	// the stack, the keys of what it is billed by; an empty list is free.
	Billed map[string][]string `json:"billed"`
}

// Price is the cost of Per units.
type Price struct {
	What   string  `json:"what"`
	Price  float64 `json:"price"`
	Per    float64 `json:"per,omitempty"` // 1 where the file has none
	Unit   string  `json:"unit"`          // hour, or what is counted: GB, GB-month, transition
	Source string  `json:"source"`        // AWS's page
}

// Load reads the embedded file. Its tests hold it to be sound.
func Load() List { return load() }

var load = sync.OnceValue(func() List {
	var list List
	decoder := json.NewDecoder(bytes.NewReader(file))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&list); err != nil {
		panic(Path + ": " + err.Error())
	}
	for key, price := range list.Prices {
		if price.Per == 0 {
			price.Per = 1
			list.Prices[key] = price
		}
	}
	return list
})

// Instance returns the price of an instance type. The error is an InvalidRequest that lists the
// types that are known.
func (l List) Instance(instanceType string) (Price, error) {
	hour, known := l.Instances.Hour[instanceType]
	if !known {
		return Price{}, release.Errorf(release.InvalidRequest, "there is no price of instance type %q: %s, of %s, has %s; add it there, or give one of these",
			instanceType, Path, l.Date, strings.Join(l.InstanceTypes(), ", "))
	}
	return Price{What: instanceType, Price: hour, Per: 1, Unit: "hour", Source: l.Instances.Source}, nil
}

// InstanceTypes lists the types that have a price, sorted by it.
func (l List) InstanceTypes() []string {
	return slices.SortedFunc(maps.Keys(l.Instances.Hour), func(a, b string) int {
		if d := l.Instances.Hour[a] - l.Instances.Hour[b]; d != 0 {
			if d < 0 {
				return -1
			}
			return 1
		}
		return strings.Compare(a, b)
	})
}

// Month returns what a quantity costs in a month: so many at a time of what is billed by the hour, so
// many units of everything else.
func (p Price) Month(quantity float64) float64 {
	if p.Unit == "hour" {
		quantity *= HoursAMonth
	}
	return p.Uses(quantity)
}

// Uses returns what so many units cost, of which an hour is one.
func (p Price) Uses(quantity float64) float64 { return quantity * p.Price / p.Per }
