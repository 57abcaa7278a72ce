// Package cost adds up the cost of an environment, planned or existing.
package cost

// Phase says when something is billed.
type Phase string

// The phases, in the order in which a bill has them.
const (
	Serving Phase = "serving" // from a release to the teardown
	Always  Phase = "always"  // from the deployment of the stack to its end
	Traffic Phase = "traffic" // by what visitors do
	Runs    Phase = "runs"    // by each release and each teardown
)

// Phases lists the phases.
func Phases() []Phase { return []Phase{Serving, Always, Traffic, Runs} }

// Item is a billed item without its price.
type Item struct {
	Phase Phase
	Key   string // of its price; price.InstanceKey for instances
	// InstanceType is set for instances that are not of the wanted type.
	InstanceType string
	Note         string // what the price file cannot say, or ""
	Quantity     Range  // how many at a time of an item priced by the hour, else how many in a month

	// Nightly replaces Quantity of a Runs item if every night ends in a teardown. The other phases
	// do not use it.
	Nightly Range

	// Now counts what exists of a Serving or Always item, in an environment that was read.
	Now float64
}

// Range is a number for the smallest fleet and one for the largest.
type Range struct {
	Least float64 `json:"least"`
	Most  float64 `json:"most"`
}

// just returns a range that does not depend on the fleet's size.
func just(n float64) Range { return Range{n, n} }

func (r Range) times(factor float64) Range { return Range{r.Least * factor, r.Most * factor} }

func (r Range) plus(other Range) Range { return Range{r.Least + other.Least, r.Most + other.Most} }
