package cost_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"
	"testing/synctest"

	"photogallery/internal/cost"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/price"
	"photogallery/internal/stack"
	"photogallery/release"
)

func TestForeseenUsageMatchesTheStateMachines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := stack.New(stack.Options{Environment: "main", Kind: machine.NewSimulated(nil), Random: func() float64 { return 0.5 }})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		m := metered(t, s)
		for i, fields := range []string{``, `, "strategy": "rolling", "version": "2"`, `, "strategy": "rolling", "rebake": true, "bakeTime": "1h"`,
			`, "version": "4"`, `, "rebake": true, "traffic": [5, 50, 100], "hold": "10m", "bakeTime": "3h"`} {
			name := fmt.Sprintf("r%d", i+1)
			plan := m.planOf("dry-"+name, `{"dryRun": true`+fields+`}`)
			foreseen, used := cost.Uses(plan), m.counts(func() (string, error) { return s.StartRelease(t.Context(), name, `{"dryRun": false`+fields+`}`) })
			used.Beside *= fleetSize
			near(t, name, foreseen, used)
		}
	})
}

// planOf runs a request dry.
func (m *meter) planOf(name, input string) (plan release.Plan) {
	m.Helper()
	arn, err := m.StartRelease(m.Context(), name, input)
	if err != nil {
		m.Fatal(err)
	}
	end, err := m.Await(m.Context(), arn)
	var answer release.DryRun
	if err == nil {
		err = json.Unmarshal([]byte(end.Output), &answer)
	}
	if plan = answer.Plan; err != nil || plan.Forecast == nil {
		m.Fatalf("the dry run ended %s: %s %s, %v", end.Status, end.Cause, end.Output, err)
	}
	return plan
}

func TestReleaseCostsItsBuilderAndTheFleetBesideTheOther(t *testing.T) {
	plan := release.Plan{InstanceType: "t4g.small", MinSize: 2, MaxSize: 5, Strategy: release.BlueGreen, Traffic: []int{100}, BakeSeconds: 3600,
		Forecast: &release.Forecast{Fleet: release.SecondFleet, Running: 4, Size: 4, Launched: 4, Ended: 4, Most: 8}}
	list := price.Load()
	hour, err := list.Instance("t4g.small")
	if err != nil {
		t.Fatal(err)
	}
	added, err := cost.OfRelease(list, plan)
	if want := 4 * hour.Price; err != nil || added.Run < want || added.Run > 1.2*want {
		t.Errorf("four instances beside four for an hour cost %v, %v; want a little more than %g", added, err, want)
	}
	bill, err := cost.Add(list, cost.Wanted{InstanceType: "t4g.small", MinSize: 4, MaxSize: 5, Zones: cost.Zones}, cost.Planned(cost.Wanted{InstanceType: "t4g.small", MinSize: 4, MaxSize: 5, Zones: cost.Zones}))
	if err != nil || math.Abs(added.Hour.Least-bill.Total.Hour.Least) > 0.001 || math.Abs(added.Hour.Most-bill.Total.Hour.Most) > 0.001 {
		t.Errorf("an hour costs %+v, and %+v without visitors (%v)", added.Hour, bill.Total.Hour, err)
	}
	plan.Sizes = []release.ScheduledSize{{From: "18:00", Until: "21:00", MinSize: 6, MaxSize: 8}}
	if busy, err := cost.OfRelease(list, plan); err != nil || busy.Most != 8 || busy.Hour.Least != added.Hour.Least || busy.Hour.Most < added.Hour.Most+3*hour.Price {
		t.Errorf("with eight at some hours it costs %+v, and %+v without (%v)", busy, added, err)
	}
	plan.InstanceType = "x9.huge"
	if _, err := cost.OfRelease(list, plan); release.CodeOf(err) != release.InvalidRequest {
		t.Errorf("a type without a price: %v", err)
	}
}

func TestAfterATeardownTheStackAndItsImagesCost(t *testing.T) {
	list := price.Load()
	none, err := cost.OfRest(list, 0)
	two, failed := cost.OfRest(list, 2)
	bill, missing := cost.Add(list, cost.Wanted{InstanceType: "t4g.small"}, cost.Planned(cost.Wanted{}))
	if err := errors.Join(err, failed, missing); err != nil {
		t.Fatal(err)
	}
	var always float64
	for _, line := range bill.Lines {
		if line.Phase == cost.Always {
			always += line.Month.Most
		}
	}
	if math.Abs(two.Month-always) > 1e-9 || math.Abs(two.Month-none.Month-cost.KeptImages*cost.ImageGB*list.Prices["snapshot"].Price) > 1e-9 {
		t.Errorf("%+v without images, %+v with two; always %g", none, two, always)
	}
}
