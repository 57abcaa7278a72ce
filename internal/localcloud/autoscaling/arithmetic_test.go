package autoscaling

import (
	"math"
	"slices"
	"testing"
)

func TestStepCoversItsIntervalOnTheBreachSide(t *testing.T) {
	out := []step{{0, 10, 1}, {10, 20, 2}, {20, math.Inf(1), 3}}
	in := []step{{-10, 0, -1}, {math.Inf(-1), -10, -2}}
	for _, c := range []struct {
		name   string
		steps  []step
		breach float64
		want   int
		ok     bool
	}{
		{"at the threshold", out, 0, 1, true},
		{"within the first step", out, 9.9, 1, true},
		{"a lower bound belongs to its step", out, 10, 2, true},
		{"the last step has no end", out, 1e9, 3, true},
		{"below all steps", out, -1, 0, false},
		{"at the threshold from above", in, 0, -1, true},
		{"an upper bound belongs to its step", in, -10, -2, true},
		{"just inside", in, -9.9, -1, true},
		{"far below", in, -1e9, -2, true},
		{"above all steps", in, 1, 0, false},
		{"one step without an end, at the threshold", []step{{0, math.Inf(1), -1}}, 0, -1, true},
		{"no steps", nil, 0, 0, false},
	} {
		if got, ok := adjustment(c.steps, c.breach); got != c.want || ok != c.ok {
			t.Errorf("%s: %d, %v; want %d, %v", c.name, got, ok, c.want, c.ok)
		}
	}
}

func TestScalingCountsWhatWarmsUpAndKeepsTheBounds(t *testing.T) {
	for _, c := range []struct {
		name     string
		capacity capacity
		change   int
		want     int
	}{
		{"one more", capacity{min: 2, max: 5, desired: 2, ready: 2}, 1, 3},
		{"no more than the maximum", capacity{min: 2, max: 5, desired: 4, ready: 4}, 2, 5},
		{"at the maximum", capacity{min: 2, max: 5, desired: 5, ready: 5}, 1, 5},
		{"the same breach again while one warms up", capacity{min: 2, max: 5, desired: 3, ready: 2, warming: 1}, 1, 3},
		{"a worse breach while one warms up", capacity{min: 2, max: 5, desired: 3, ready: 2, warming: 1}, 2, 4},
		{"again once it has warmed up", capacity{min: 2, max: 5, desired: 3, ready: 3}, 1, 4},
		{"one that could not be launched", capacity{min: 2, max: 5, desired: 3, ready: 2}, 1, 3},
		{"growing never shrinks", capacity{min: 2, max: 9, desired: 5, ready: 1, warming: 4}, 1, 5},
		{"more than desired are there", capacity{min: 2, max: 9, desired: 2, ready: 3}, 1, 3},
		{"one less", capacity{min: 2, max: 5, desired: 3, ready: 3}, -1, 2},
		{"no less than the minimum", capacity{min: 2, max: 5, desired: 3, ready: 3}, -4, 2},
		{"at the minimum", capacity{min: 2, max: 5, desired: 2, ready: 2}, -1, 2},
		{"not while one warms up", capacity{min: 2, max: 5, desired: 4, ready: 3, warming: 1}, -1, 4},
		{"but when one cannot be launched", capacity{min: 2, max: 5, desired: 4, ready: 3}, -1, 3},
		{"no change", capacity{min: 2, max: 5, desired: 3, ready: 3}, 0, 3},
	} {
		if got := c.capacity.scaled(c.change); got != c.want {
			t.Errorf("%s: %+v by %d is %d, want %d", c.name, c.capacity, c.change, got, c.want)
		}
	}
}

func TestLaunchPicksTheEmptiestZone(t *testing.T) {
	for _, c := range []struct {
		zones []string
		have  map[string]int
		want  string
	}{
		{[]string{"a", "b"}, nil, "a"},
		{[]string{"a", "b"}, map[string]int{"a": 1}, "b"},
		{[]string{"a", "b"}, map[string]int{"a": 1, "b": 1}, "a"},
		{[]string{"b"}, map[string]int{"a": 0, "b": 7}, "b"},
		{nil, map[string]int{"a": 1}, ""},
	} {
		if got := emptiest(c.zones, c.have); got != c.want {
			t.Errorf("of %v with %v: %q, want %q", c.zones, c.have, got, c.want)
		}
	}
}

func TestVictimsAreIdleThenOfTheFullestZoneThenOutdatedThenOldest(t *testing.T) {
	for _, c := range []struct {
		name       string
		candidates []candidate
		count      int
		want       []string
	}{
		{"the oldest", []candidate{{"1", "a", true, false}, {"2", "b", true, false}}, 1, []string{"1"}},
		{"of the fullest zone", []candidate{{"1", "a", true, false}, {"2", "b", true, false}, {"3", "b", true, false}}, 1, []string{"2"}},
		{"the zones are counted anew", []candidate{{"1", "a", true, false}, {"2", "a", true, false}, {"3", "a", true, false}, {"4", "b", true, false}}, 3, []string{"1", "2", "3"}},
		{"outdated before older", []candidate{{"1", "a", true, false}, {"2", "a", true, true}}, 1, []string{"2"}},
		{"the zone before the template", []candidate{{"1", "a", true, true}, {"2", "b", true, false}, {"3", "b", true, false}}, 1, []string{"2"}},
		{"what does not serve first", []candidate{{"1", "a", true, true}, {"2", "a", true, false}, {"3", "b", false, false}}, 2, []string{"3", "1"}},
		{"no more than there are", []candidate{{"1", "a", true, false}}, 3, []string{"1"}},
		{"none", []candidate{{"1", "a", true, false}}, 0, nil},
	} {
		if got := victims(c.candidates, c.count); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestHealthyPercentagesBecomeNumbersOfInstances(t *testing.T) {
	for _, c := range []struct {
		bounds      bounds
		desired     int
		least, most int
	}{
		{bounds{100, 150}, 2, 2, 3},
		{bounds{100, 150}, 5, 5, 7},
		{bounds{100, 110}, 2, 2, 3}, // no room, so one more
		{bounds{90, 100}, 2, 2, 3},
		{bounds{50, 100}, 2, 1, 2},
		{bounds{50, 150}, 4, 2, 6},
		{bounds{100, 200}, 3, 3, 6},
		{bounds{0, 100}, 4, 0, 4},
		{bounds{90, 100}, 10, 9, 10},
	} {
		if least, most := c.bounds.limits(c.desired); least != c.least || most != c.most {
			t.Errorf("%+v of %d: %d to %d, want %d to %d", c.bounds, c.desired, least, most, c.least, c.most)
		}
	}
}

func TestRefreshTerminatesNoMoreThanAllowed(t *testing.T) {
	for _, c := range []struct {
		name  string
		count headcount
		least int
		want  int
	}{
		{"nothing before the first replacement", headcount{active: 2, available: 2, outdatedUp: 2}, 2, 0},
		{"nothing while it warms up", headcount{active: 3, available: 2, outdatedUp: 2}, 2, 0},
		{"one for one", headcount{active: 3, available: 3, outdatedUp: 2}, 2, 1},
		{"as many as are spare", headcount{active: 6, available: 6, outdatedUp: 4}, 4, 2},
		{"no more than there are", headcount{active: 6, available: 6, outdatedUp: 1}, 4, 1},
		{"one that does not serve costs nothing", headcount{active: 3, available: 2, outdatedUp: 1, outdatedDown: 1}, 2, 1},
		{"one that does not serve counts as active", headcount{active: 2, available: 0, outdatedDown: 2}, 2, 0},
		{"both kinds", headcount{active: 5, available: 4, outdatedUp: 3, outdatedDown: 1}, 2, 3},
		{"terminate first", headcount{active: 2, available: 2, outdatedUp: 2}, 1, 1},
		{"fewer than least", headcount{active: 1, available: 1, outdatedUp: 1}, 2, 0},
	} {
		if got := c.count.dismissible(c.least); got != c.want {
			t.Errorf("%s: %d, want %d", c.name, got, c.want)
		}
	}
}

func TestRefreshProgressCountsReadyReplacements(t *testing.T) {
	for _, c := range []struct{ total, outdated, warmed, percent, left int }{
		{0, 0, 0, 100, 0},
		{2, 2, 0, 0, 2},
		{2, 2, 1, 0, 2},
		{2, 1, 1, 50, 1},
		{2, 0, 1, 50, 1},
		{2, 0, 2, 100, 0},
		{3, 1, 5, 66, 1},
		{2, 5, 0, 0, 2},
	} {
		percent, left := progress(c.total, c.outdated, c.warmed)
		if percent != c.percent || left != c.left {
			t.Errorf("%+v: %d %%, %d left", c, percent, left)
		}
	}
}
