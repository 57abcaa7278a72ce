package cost_test

import (
	"context"
	"encoding/json"
	"os"
	"testing"
	"testing/synctest"

	"photogallery/internal/cost"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/price"
	"photogallery/internal/stack"
	"photogallery/lambdas"
)

// deployed runs a test with a stack in virtual time.
func deployed(t *testing.T, test func(*testing.T, *stack.Stack)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s, err := stack.New(stack.Options{Environment: "main", Kind: machine.NewSimulated(nil), Random: func() float64 { return 0.5 }})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		test(t, s)
	})
}

func runs(t *testing.T, s *stack.Stack, start func(context.Context, string, string) (string, error), name, input string) {
	t.Helper()
	arn, err := start(t.Context(), name, input)
	if err != nil {
		t.Fatal(err)
	}
	if snapshot, err := s.Await(t.Context(), arn); err != nil || snapshot.Status != "SUCCEEDED" {
		t.Fatalf("%s %s, %v", name, snapshot.Status, err)
	}
}

// seenNow returns how much there is of each item of a phase.
func seenNow(t *testing.T, s *stack.Stack, phase cost.Phase) (cost.Existing, map[string]float64) {
	t.Helper()
	seen, err := cost.ReadExisting(t.Context(), s.Clients, "main")
	if err != nil {
		t.Fatal(err)
	}
	now := map[string]float64{}
	for _, item := range seen.Mark(cost.Planned(cost.Wanted{InstanceType: "t4g.small", MinSize: 2, MaxSize: 5, Zones: 2}), "t4g.small") {
		if item.Phase == phase && item.Now > 0 {
			now[item.Key+item.InstanceType] += item.Now
		}
	}
	return seen, now
}

func TestServingResourcesAreRead(t *testing.T) {
	deployed(t, func(t *testing.T, s *stack.Stack) {
		if seen, now := seenNow(t, s, cost.Serving); len(now) > 0 || seen.InstanceType != "" {
			t.Errorf("before a release there is %v", now)
		}
		runs(t, s, s.StartRelease, "r1", `{"maxSize": 4}`)
		seen, now := seenNow(t, s, cost.Serving)
		for key, want := range map[string]float64{
			"load-balancer": 1, "public-address": 2, price.InstanceKey: 2, "disk": 16, "metric": 14, "alarm": cost.ReleaseAlarms, "log": 2 * cost.AppLogGB, "flow-log": 2 * cost.FlowLogGB,
		} {
			if now[key] != want {
				t.Errorf("there is %g of %s, want %g", now[key], key, want)
			}
		}
		if seen.InstanceType != "t4g.small" || seen.MinSize != 2 || seen.MaxSize != 4 || seen.Zones != 2 {
			t.Errorf("seen is %+v", seen)
		}
		runs(t, s, s.StartRelease, "r2", `{"instanceType": "t4g.micro", "rebake": true, "sizes": [{"from": "18:00", "until": "21:00", "minSize": 1, "maxSize": 8}]}`)
		if seen, now := seenNow(t, s, cost.Serving); now["instancet4g.micro"] != 2 || now[price.InstanceKey] != 0 || seen.MinSize != 1 || seen.MaxSize != 8 {
			t.Errorf("after another release, with a size at certain hours, there is %v of %+v", now, seen)
		}
		if _, now := seenNow(t, s, cost.Always); now["snapshot"] <= 0 || now["dashboard"] != 0 {
			t.Errorf("always there is %v", now)
		}
		runs(t, s, s.StartTeardown, "t1", `{}`)
		if _, now := seenNow(t, s, cost.Serving); len(now) > 0 {
			t.Errorf("after a teardown there is %v", now)
		}
	})
}

func TestStackAlarmsMatchTheTemplate(t *testing.T) {
	content, err := os.ReadFile("../../cdk/testdata/photogallery-main.template.json")
	if err != nil {
		t.Fatal(err)
	}
	var template struct {
		Resources map[string]struct {
			Type       string
			Properties struct{ Metrics []struct{ MetricStat any } }
		}
	}
	if err := json.Unmarshal(content, &template); err != nil {
		t.Fatal(err)
	}
	metrics, dashboards := 0, 0
	for _, resource := range template.Resources {
		switch resource.Type {
		case "AWS::CloudWatch::Alarm":
			metrics += max(1, len(resource.Properties.Metrics)-1) // except for the expression
		case "AWS::CloudWatch::Dashboard":
			dashboards++
		}
	}
	if metrics != cost.StackAlarms || dashboards != 0 {
		t.Errorf("the stack has %d metrics in alarms and %d dashboards; %d and 0 are reckoned with", metrics, dashboards, cost.StackAlarms)
	}
}

// The amount of log lines and the like is assumed; the step table gives the rest.
func TestFunctionMemoryMatchesTheStepTable(t *testing.T) {
	var total float64
	for _, s := range lambdas.Steps() {
		total += float64(s.MemoryMB) / 1024
	}
	if mean := total / float64(len(lambdas.Steps())); mean > cost.CallGB*1.2 || mean < cost.CallGB/1.2 {
		t.Errorf("a function has %g GB, and %g is reckoned with", mean, cost.CallGB)
	}
}
