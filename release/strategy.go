package release

import "time"

// Strategy says how a release replaces the fleet that serves.
type Strategy string

// The strategies. BlueGreen is the default.
const (
	BlueGreen Strategy = "blueGreen" // makes a second fleet and moves the traffic there
	Rolling   Strategy = "rolling"   // replaces the instances of the fleet that serves
)

// A percentage before 100 is watched for DefaultHold, and a person has DefaultApproval to answer,
// unless the request has other times. MostWatched bounds all watches and waits for people together;
// the state machine's TimeoutSeconds leaves four hours for the rest.
const (
	DefaultHold     = 2 * time.Minute
	DefaultApproval = time.Hour
	MostWatched     = 24 * time.Hour
)

// Percentages returns the shares of the traffic that the second fleet gets, one after the other.
func (r Request) Percentages() []int {
	if len(r.Traffic) == 0 {
		return []int{100}
	}
	return r.Traffic
}

// HoldTime returns how long each percentage before 100 is watched, or 0 if there are none.
func (r Request) HoldTime() time.Duration {
	switch {
	case len(r.Percentages()) == 1:
		return 0
	case r.Hold == "":
		return DefaultHold
	}
	return duration(r.Hold)
}

// Bake returns how long the release is watched after its last change.
func (r Request) Bake() time.Duration { return duration(r.BakeTime) }

const moves = `goes with the strategy blueGreen only, because a rolling release does not move traffic between fleets; leave out "strategy": "rolling", or this field`

// unfitTraffic finds fields of the traffic that conflict with each other or with the strategy.
func (r Request) unfitTraffic() (found Problems) {
	rolling := r.Strategy == Rolling
	if rolling && len(r.Traffic) > 0 {
		found.add("traffic", "%s "+moves, quote(r.Traffic))
	}
	found = append(found, r.unfitPercentages()...)
	switch {
	case rolling && r.Hold != "":
		found.add("hold", "%q "+moves, r.Hold)
	case r.Hold != "" && len(r.Percentages()) == 1:
		found.add("hold", "%q goes with percentages before 100, which it is the time of; give them in traffic, such as [5, 50, 100], or leave it out", r.Hold)
	}
	return found
}

func (r Request) unfitPercentages() (found Problems) {
	steps := r.Percentages()
	for i, percent := range steps[1:] {
		if percent <= steps[i] {
			found.add("traffic", "%s does not rise: %d follows %d; give each percentage once, from the smallest to 100", quote(steps), percent, steps[i])
			return found
		}
	}
	if last := steps[len(steps)-1]; last != 100 {
		found.add("traffic", "%s ends in %d, so that the new fleet would never get all of the traffic; end it in 100", quote(steps), last)
	}
	return found
}
