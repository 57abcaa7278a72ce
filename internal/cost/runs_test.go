package cost_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"photogallery/internal/cost"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack"
	"photogallery/release"
)

const fleetSize = 2

// meter counts what executions use on a stack in virtual time.
type meter struct {
	*testing.T
	*stack.Stack
	calls     []fabric.Call
	instances map[string]time.Duration // running, together, by role
}

func metered(t *testing.T, s *stack.Stack) *meter {
	m := &meter{T: t, Stack: s}
	s.Cloud.Fabric.Observe(func(call fabric.Call) {
		s.Cloud.Fabric.Do(func() { m.calls = append(m.calls, call) })
	})
	return m
}

func (m *meter) counts(start func() (string, error)) (used cost.Run) {
	m.Helper()
	m.calls, m.instances = nil, map[string]time.Duration{}
	began := time.Now()
	arn, err := start()
	if err != nil {
		m.Fatal(err)
	}
	stop := m.Cloud.Fabric.Every(time.Second, m.tick)
	defer stop()
	if snapshot, err := m.Await(m.Context(), arn); err != nil || snapshot.Status != "SUCCEEDED" {
		m.Fatalf("%s %s, %v", snapshot.Name, snapshot.Status, err)
	}
	used.Transitions = float64(len(m.Path(arn)))
	used.Builder = m.instances[release.RoleBuilder].Hours()
	used.Beside = max(0, m.instances[release.RoleFleet].Hours()/fleetSize-time.Since(began).Hours())
	for _, event := range m.Cloud.StepFunctions.History(arn) {
		if event.Type == "LambdaFunctionScheduled" || event.Type == "TaskScheduled" {
			used.Calls++
		}
	}
	for _, call := range m.calls {
		switch name := call.Operation.String(); {
		case call.Caller == "":
		case name == "DynamoDB.GetItem":
			used.Reads++
		case strings.HasPrefix(name, "DynamoDB."):
			used.Writes++
		}
	}
	return used
}

func (m *meter) tick() {
	for _, i := range m.Cloud.EC2.Instances() {
		if i.State == "pending" || i.State == "running" {
			m.instances[i.Tags[release.TagRole]] += time.Second
		}
	}
}

func TestRunUsageMatchesTheStateMachines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := stack.New(stack.Options{Environment: "main", Kind: machine.NewSimulated(nil), Random: func() float64 { return 0.5 }})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		m := metered(t, s)
		releases := func(name, input string) func() (string, error) {
			return func() (string, error) { return s.StartRelease(t.Context(), name, input) }
		}
		m.counts(releases("first", `{}`))
		near(t, "a baked release", cost.BakedRelease, m.counts(releases("second", `{"rebake": true}`)))
		near(t, "a teardown", cost.NightlyTeardown, m.counts(func() (string, error) { return s.StartTeardown(t.Context(), "night", `{}`) }))
		near(t, "a morning release", cost.MorningRelease, m.counts(releases("morning", `{}`)))
	})
}

// near accepts recorded numbers from a little below the count to half as much again, because the number
// of polls depends on durations, and on the order of what happens in one instant.
func near(t *testing.T, name string, recorded, counted cost.Run) {
	t.Helper()
	t.Logf("%s uses %+v", name, counted)
	for what, pair := range map[string][2]float64{
		"transitions": {recorded.Transitions, counted.Transitions}, "calls": {recorded.Calls, counted.Calls},
		"reads": {recorded.Reads, counted.Reads}, "writes": {recorded.Writes, counted.Writes},
		"builder hours": {recorded.Builder, counted.Builder}, "hours beside the fleet": {recorded.Beside, counted.Beside},
	} {
		if pair[0] < 0.85*pair[1] || pair[0] > 1.5*pair[1]+0.01 {
			t.Errorf("%s is recorded to use %g %s, and uses %g", name, pair[0], what, pair[1])
		}
	}
}
