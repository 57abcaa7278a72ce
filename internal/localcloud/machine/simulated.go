package machine

import (
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"syscall"
	"time"

	"photogallery/release"
)

const (
	simulatedStop    = 2 * time.Second // an orderly shutdown
	simulatedCapture = 10 * time.Second
	simulatedBytes   = 2 << 30
	loadSpan         = time.Minute     // that CPU looks back
	loadStep         = 5 * time.Second // requests this close together are forgotten together
	idleCPU          = 1               // percent
)

// Simulated is the kind of machine that does no I/O and starts no process, so that a cloud on it
// runs in virtual time.
type Simulated struct {
	behave func(Spec) Behavior
}

// NewSimulated makes the kind. behave is asked once for each machine, at its boot, under the
// cloud's lock; nil stands for the zero Behavior.
func NewSimulated(behave func(Spec) Behavior) *Simulated {
	if behave == nil {
		behave = func(Spec) Behavior { return Behavior{} }
	}
	return &Simulated{behave}
}

// Boot starts a machine: a builder reports its build in time, every other serves on port 80.
func (k *Simulated) Boot(spec Spec, host Host) Machine {
	m := &SimulatedMachine{spec: spec, host: host, behavior: k.behave(spec).withDefaults()}
	if spec.Role == release.RoleBuilder {
		m.later(m.behavior.BootTime+m.behavior.BuildTime, m.finishBuild)
		return m
	}
	if m.behavior.NeverHealthy {
		m.later(m.behavior.HealthyAfter, func() { m.turn(failing) })
		return m
	}
	m.later(m.behavior.HealthyAfter, func() { m.turn(serving) })
	if m.behavior.UnhealthyAfter > 0 {
		m.later(m.behavior.UnhealthyAfter, func() { m.turn(failing) })
	}
	return m
}

// Capture gives the machine's Spec as the content, so that a test can follow an image to its builder.
func (k *Simulated) Capture(captured Machine, done func(content any, bytes int64, err error)) {
	m := captured.(*SimulatedMachine)
	m.host.After(simulatedCapture, func() {
		switch {
		case m.behavior.CaptureFails:
			done(nil, 0, errors.New("the simulated disk cannot be read"))
		case m.now() == ended:
			done(nil, 0, errors.New("the instance was terminated during the image's creation"))
		default:
			done(m.spec, simulatedBytes, nil)
		}
	})
}

// Discard has nothing to give back.
func (k *Simulated) Discard(any) {}

// SimulatedMachine is a machine of the Simulated kind.
type SimulatedMachine struct {
	spec     Spec
	host     Host
	behavior Behavior

	mu     sync.Mutex
	state  serviceState
	timers []func() // stop what is still to happen
	load   int      // requests within loadSpan
	fresh  int      // those of them within loadStep
}

type serviceState int

const (
	starting serviceState = iota
	serving
	failing
	ended
)

// RoundTrip answers 200 while the service is healthy and 503 while it is not. Before the service
// listens, and once the machine is stopped, it fails as a refused connection does.
func (m *SimulatedMachine) RoundTrip(request *http.Request) (*http.Response, error) {
	status := http.StatusOK
	switch m.now() {
	case starting, ended:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	case failing:
		status = http.StatusServiceUnavailable
	}
	m.Serve(1)
	body := "simulated machine " + m.spec.InstanceID + "\n"
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"text/plain"}}, Body: io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)), Request: request,
	}, nil
}

// Serve counts requests that a simulated load balancer sent; CPU follows them for a minute. It
// may be called under the cloud's lock.
func (m *SimulatedMachine) Serve(requests int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.fresh == 0 && requests > 0 {
		m.host.After(loadStep, m.age)
	}
	m.fresh += requests
	m.load += requests
}

func (m *SimulatedMachine) age() {
	m.mu.Lock()
	defer m.mu.Unlock()
	batch := m.fresh
	m.fresh = 0
	m.host.After(loadSpan-loadStep, func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		m.load -= batch
	})
}

// CPU returns what the requests of the last minute cost, 100 at most, and a little without any.
func (m *SimulatedMachine) CPU() float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return min(100, idleCPU+float64(m.load)/loadSpan.Seconds()*m.behavior.CPUPerRequest)
}

// Break lets the service answer 503 from now on. It may be called under the cloud's lock.
func (m *SimulatedMachine) Break() { m.turn(failing) }

// Stop makes the service unreachable at once; the machine has ended soon after.
func (m *SimulatedMachine) Stop() {
	m.Kill()
	m.host.After(simulatedStop, func() { m.host.Stopped(m.spec.InstanceID) })
}

// Kill makes the service unreachable, and nothing more happens on the machine.
func (m *SimulatedMachine) Kill() {
	m.turn(ended)
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, stop := range m.timers {
		stop()
	}
	m.timers = nil
}

func (m *SimulatedMachine) later(after time.Duration, what func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.timers = append(m.timers, m.host.After(after, what))
}

func (m *SimulatedMachine) now() serviceState {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.state
}

func (m *SimulatedMachine) turn(to serviceState) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.state != ended {
		m.state = to
	}
}

// finishBuild sends what the bundle's provisioning sends at its end.
func (m *SimulatedMachine) finishBuild() {
	result := release.BuildResult{Instance: m.spec.InstanceID, Release: m.spec.Tags[release.TagRelease]}
	switch m.behavior.Build {
	case BuildSilent:
		return
	case BuilderDies:
		m.Stop()
		return
	case BuildFails:
		result.Status, result.Reason = release.BuildFailure, m.behavior.Reason
	case BuildSucceeds:
		result.Status = release.BuildSuccess
	}
	detail, err := json.Marshal(result)
	if err != nil {
		panic("a build result cannot be encoded: " + err.Error())
	}
	m.host.PutEvents(release.Environment(m.spec.Tags[release.TagEnvironment]).BuildSource(), release.BuildResultEvent, detail)
}
