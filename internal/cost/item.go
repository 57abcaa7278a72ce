// Package cost adds up what an environment costs, before there is one or as it is now.
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

// Item is one thing that is billed, without its price.
type Item struct {
	Phase Phase
	Key   string // of its price; price.InstanceKey for instances
	// InstanceType is of instances that are not of the wanted type; "" for those that are.
	InstanceType string
	Note         string // what the price file cannot say; "" for nothing
	Quantity     Range  // at a time of what is priced by the hour, else in a whole month

	// Nightly replaces Quantity for a Runs item, where every night ends in a teardown; it is not
	// used in the other phases.
	Nightly Range

	// Now is how much of a Serving or Always item there is at this moment, of an environment that
	// was looked at.
	Now float64
}

// Range is a number for the smallest fleet and the one for the largest.
type Range struct {
	Least float64 `json:"least"`
	Most  float64 `json:"most"`
}

// just is a number that the fleet's size does not change.
func just(n float64) Range { return Range{n, n} }

func (r Range) times(factor float64) Range { return Range{r.Least * factor, r.Most * factor} }

func (r Range) plus(other Range) Range { return Range{r.Least + other.Least, r.Most + other.Most} }
