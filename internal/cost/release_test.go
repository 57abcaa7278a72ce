package cost

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"testing"
	"testing/synctest"

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
			foreseen, used := uses(plan), m.counts(func() (string, error) { return s.StartRelease(t.Context(), name, `{"dryRun": false`+fields+`}`) })
			used.beside *= fleetSize
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
	cost, err := OfRelease(list, plan)
	if want := 4 * hour.Price; err != nil || cost.Run < want || cost.Run > 1.2*want {
		t.Errorf("four instances beside four for an hour cost %v, %v; want a little more than %g", cost, err, want)
	}
	bill, err := Add(list, Wanted{InstanceType: "t4g.small", MinSize: 4, MaxSize: 5, Zones: Zones}, Planned(Wanted{InstanceType: "t4g.small", MinSize: 4, MaxSize: 5, Zones: Zones}))
	if err != nil || math.Abs(cost.Hour.Least-bill.Total.Hour.Least) > 0.001 || math.Abs(cost.Hour.Most-bill.Total.Hour.Most) > 0.001 {
		t.Errorf("an hour costs %+v, and %+v without visitors (%v)", cost.Hour, bill.Total.Hour, err)
	}
	plan.Sizes = []release.ScheduledSize{{From: "18:00", Until: "21:00", MinSize: 6, MaxSize: 8}}
	if busy, err := OfRelease(list, plan); err != nil || busy.Most != 8 || busy.Hour.Least != cost.Hour.Least || busy.Hour.Most < cost.Hour.Most+3*hour.Price {
		t.Errorf("with eight at some hours it costs %+v, and %+v without (%v)", busy, cost, err)
	}
	plan.InstanceType = "x9.huge"
	if _, err := OfRelease(list, plan); release.CodeOf(err) != release.InvalidRequest {
		t.Errorf("a type without a price: %v", err)
	}
}

func TestAfterATeardownTheStackAndItsImagesCost(t *testing.T) {
	list := price.Load()
	none, err := OfRest(list, 0)
	two, failed := OfRest(list, 2)
	bill, missing := Add(list, Wanted{InstanceType: "t4g.small"}, Planned(Wanted{}))
	if err := errors.Join(err, failed, missing); err != nil {
		t.Fatal(err)
	}
	var always float64
	for _, line := range bill.Lines {
		if line.Phase == Always {
			always += line.Month.Most
		}
	}
	if math.Abs(two.Month-always) > 1e-9 || math.Abs(two.Month-none.Month-keptImages*imageGB*list.Prices["snapshot"].Price) > 1e-9 {
		t.Errorf("%+v without images, %+v with two; always %g", none, two, always)
	}
}
