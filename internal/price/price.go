// Package price holds AWS's prices of an environment's resources, in one dated file, prices.json,
// and not in code.
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

// InstanceKey is the key of instances in Billed. Their price depends on the type.
const InstanceKey = "instance"

// HoursAMonth is the length of a month in AWS's pricing calculator.
const HoursAMonth = 730

//go:embed prices.json
var file []byte

// List is the price file.
type List struct {
	Date     string           `json:"date"` // yyyy-mm-dd
	Region   string           `json:"region"`
	Currency string           `json:"currency"`
	Note     string           `json:"note"`   // what the prices do not include
	Prices   map[string]Price `json:"prices"` // by key

	Instances struct {
		Source string             `json:"source"`
		Hour   map[string]float64 `json:"hour"` // by instance type
	} `json:"instances"`

	// Billed maps each operation that a step calls, and each CloudFormation resource type of the
	// stack, to its price keys. An empty list means free.
	Billed map[string][]string `json:"billed"`
}

// Price is the cost of Per units.
type Price struct {
	What   string  `json:"what"`
	Price  float64 `json:"price"`
	Per    float64 `json:"per,omitempty"` // 1 by default
	Unit   string  `json:"unit"`          // an hour, or a counted unit: GB, GB-month, transition
	Source string  `json:"source"`        // AWS's page
}

// Load reads the embedded file. Its tests check that it is valid.
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

// Of returns the price of a key in an environment with instances of a type, and whether there is one.
// Where an architecture has a price of its own, its name is the end of the key.
func (l List) Of(key, instanceType string) (Price, bool) {
	if own, differs := l.Prices[key+"-"+architectureOf(instanceType)]; differs {
		return own, true
	}
	p, known := l.Prices[key]
	return p, known
}

// architectureOf reads the name of a type, in which a g behind the generation stands for AWS's own
// processors.
// https://docs.aws.amazon.com/ec2/latest/instancetypes/instance-type-names.html
func architectureOf(instanceType string) string {
	family, _, _ := strings.Cut(instanceType, ".")
	if behind := strings.TrimLeft(family, letters); strings.Contains(behind, "g") {
		return release.ARM64
	}
	return release.X8664
}

const letters = "abcdefghijklmnopqrstuvwxyz"

// Instance returns the price of an instance type. The error is an InvalidRequest that lists the
// known types.
func (l List) Instance(instanceType string) (Price, error) {
	hour, known := l.Instances.Hour[instanceType]
	if !known {
		return Price{}, release.Errorf(release.InvalidRequest, "there is no price of instance type %q: %s, of %s, has %s; add it there, or give one of these",
			instanceType, Path, l.Date, strings.Join(l.InstanceTypes(), ", "))
	}
	return Price{What: instanceType, Price: hour, Per: 1, Unit: "hour", Source: l.Instances.Source}, nil
}

// InstanceTypes lists the types that have a price, sorted by price.
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

// Month returns the cost of a quantity for a month: the number at a time for hourly prices, and the
// number of units otherwise.
func (p Price) Month(quantity float64) float64 {
	if p.Unit == "hour" {
		quantity *= HoursAMonth
	}
	return p.Uses(quantity)
}

// Uses returns the cost of a number of units, such as hours.
func (p Price) Uses(quantity float64) float64 { return quantity * p.Price / p.Per }
