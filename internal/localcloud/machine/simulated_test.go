package machine_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"slices"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"photogallery/internal/localcloud/machine"
)

// host keeps what a machine tells the cloud.
type host struct {
	mu      sync.Mutex
	events  []json.RawMessage
	stopped []string
}

func (h *host) PutEvents(source, detailType string, detail json.RawMessage) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if source == "photogallery-main.builder" && detailType == "Build Result" {
		h.events = append(h.events, detail)
	}
}

func (h *host) Stopped(instanceID string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.stopped = append(h.stopped, instanceID)
}

// told gives the events and the ends so far.
func (h *host) told() (events, stopped []string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, event := range h.events {
		events = append(events, string(event))
	}
	return events, slices.Clone(h.stopped)
}

func (h *host) After(d time.Duration, what func()) (stop func()) {
	timer := time.AfterFunc(d, what)
	return func() { timer.Stop() }
}

func boot(role string, behavior machine.Behavior) (*host, machine.Machine, *machine.Simulated) {
	h := &host{}
	kind := machine.NewSimulated(func(machine.Spec) machine.Behavior { return behavior })
	spec := machine.Spec{InstanceID: "i-1", Role: role, Tags: map[string]string{"photogallery:environment": "main", "photogallery:release": "r-1"}}
	return h, kind.Boot(spec, h), kind
}

// status returns the status of the service's answer, or 0 for a refused connection.
func status(t *testing.T, m machine.Machine) int {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://i-1/", nil)
	if err != nil {
		t.Fatal(err)
	}
	response, err := m.RoundTrip(request)
	if errors.Is(err, syscall.ECONNREFUSED) {
		return 0
	}
	if err != nil || response.Body.Close() != nil {
		t.Fatal(err)
	}
	return response.StatusCode
}

func TestServiceAnswersOverTime(t *testing.T) {
	cases := map[string]struct {
		behavior machine.Behavior
		want     []int // at 10 s, 30 s, 2 min
	}{
		"by default":        {machine.Behavior{}, []int{0, 200, 200}},
		"healthy late":      {machine.Behavior{HealthyAfter: time.Minute}, []int{0, 0, 200}},
		"unhealthy later":   {machine.Behavior{UnhealthyAfter: time.Minute}, []int{0, 200, 503}},
		"never healthy":     {machine.Behavior{NeverHealthy: true}, []int{0, 503, 503}},
		"an impatient boot": {machine.Behavior{BootTime: time.Second}, []int{200, 200, 200}},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, m, _ := boot("fleet", test.behavior)
				var got []int
				for _, pause := range []time.Duration{10 * time.Second, 20 * time.Second, 90 * time.Second} {
					time.Sleep(pause)
					got = append(got, status(t, m))
				}
				if !slices.Equal(got, test.want) {
					t.Errorf("answered %v, want %v", got, test.want)
				}
			})
		})
	}
}

func TestBuildEnds(t *testing.T) {
	cases := map[string]struct {
		behavior machine.Behavior
		events   []string
		stopped  int
	}{
		"succeeds": {machine.Behavior{}, []string{`{"instance":"i-1","release":"r-1","status":"success","reason":""}`}, 0},
		"fails":    {machine.Behavior{Build: machine.BuildFails, Reason: "dnf"}, []string{`{"instance":"i-1","release":"r-1","status":"failure","reason":"dnf"}`}, 0},
		"silent":   {machine.Behavior{Build: machine.BuildSilent}, nil, 0},
		"dies":     {machine.Behavior{Build: machine.BuilderDies}, nil, 1},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				h, _, _ := boot("builder", test.behavior)
				time.Sleep(time.Minute)
				if events, stopped := h.told(); len(events)+len(stopped) > 0 {
					t.Errorf("ended too early: %v, %v", events, stopped)
				}
				time.Sleep(2 * time.Minute)
				events, stopped := h.told()
				if !slices.Equal(events, test.events) || len(stopped) != test.stopped {
					t.Errorf("events %v, stopped %v", events, stopped)
				}
			})
		})
	}
}

func TestStoppedMachineAnswersNobodyAndSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, m, _ := boot("fleet", machine.Behavior{UnhealthyAfter: time.Hour})
		time.Sleep(time.Minute)
		m.Stop()
		time.Sleep(2 * time.Hour)
		_, stopped := h.told()
		if got := status(t, m); got != 0 || !slices.Equal(stopped, []string{"i-1"}) {
			t.Errorf("answers %d, stopped %v", got, stopped)
		}
	})
}

func TestKilledBuilderSendsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h, m, _ := boot("builder", machine.Behavior{})
		m.Kill()
		time.Sleep(time.Hour)
		if events, _ := h.told(); len(events) > 0 {
			t.Errorf("sent %v", events)
		}
	})
}

func TestCPUFollowsTheRequestsOfTheLastMinute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, m, _ := boot("fleet", machine.Behavior{CPUPerRequest: 2})
		simulated := m.(*machine.SimulatedMachine)
		if got := m.CPU(); got != 1 {
			t.Errorf("idle at %v %%", got)
		}
		for range 60 {
			simulated.Serve(10)
			time.Sleep(time.Second)
		}
		if got := m.CPU(); got < 19 || got > 21 {
			t.Errorf("%v %% at 10 requests a second", got)
		}
		simulated.Serve(1_000_000)
		if got := m.CPU(); got != 100 {
			t.Errorf("%v %% when overloaded", got)
		}
		time.Sleep(time.Minute)
		synctest.Wait() // the last requests are forgotten at this very instant
		if got := m.CPU(); got != 1 {
			t.Errorf("%v %% a minute after the last request", got)
		}
	})
}

func TestSimulatedAnswersHaveTheirShareOfErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		_, m, _ := boot("fleet", machine.Behavior{ErrorShare: 0.29, ResponseTime: time.Second})
		simulated := m.(*machine.SimulatedMachine)
		if got := simulated.Serve(10); got.Answered != 0 {
			t.Errorf("while it boots: %+v", got)
		}
		time.Sleep(time.Minute)
		failed := 0
		for range 10 {
			failed += simulated.Serve(10).Failed
		}
		if got := simulated.Serve(1); failed != 29 || got != (machine.Served{Answered: 1, Each: time.Second}) {
			t.Errorf("%d of 100 fail, the next is %+v", failed, got)
		}
		if got := status(t, m); got != http.StatusOK {
			t.Errorf("a real request is answered with %d", got)
		}
		simulated.Break()
		if got := simulated.Serve(5); got.Answered != 5 || got.Failed != 5 {
			t.Errorf("when it is broken: %+v", got)
		}
		m.Kill()
		if got := simulated.Serve(5); got.Answered != 0 {
			t.Errorf("when it has ended: %+v", got)
		}
	})
}

func TestCapture(t *testing.T) {
	cases := map[string]struct {
		behavior machine.Behavior
		kill     bool
		fails    bool
	}{
		"succeeds":                  {},
		"fails":                     {behavior: machine.Behavior{CaptureFails: true}, fails: true},
		"the machine ends too soon": {kill: true, fails: true},
	}
	for name, test := range cases {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				_, m, kind := boot("builder", test.behavior)
				var calls atomic.Int32
				kind.Capture(m, func(content any, bytes int64, err error) {
					calls.Add(1)
					spec, _ := content.(machine.Spec)
					if (err != nil) != test.fails || !test.fails && (spec.InstanceID != "i-1" || bytes == 0) {
						t.Errorf("captured %v, %d bytes, %v", content, bytes, err)
					}
				})
				if calls.Load() > 0 {
					t.Error("done was called at once, under the lock")
				}
				if test.kill {
					m.Kill()
				}
				time.Sleep(time.Hour)
				synctest.Wait()
				if calls.Load() != 1 {
					t.Errorf("done was called %d times", calls.Load())
				}
			})
		})
	}
}
