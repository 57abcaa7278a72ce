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
	simulatedStop    = 2 * time.Second // a normal shutdown
	simulatedCapture = 10 * time.Second
	simulatedBytes   = 2 << 30
	loadSpan         = time.Minute     // the period of CPU
	loadStep         = 5 * time.Second // requests within it are forgotten together
	idleCPU          = 1               // percent
)

// Simulated is a kind of machine without I/O and processes, so that its cloud can run in virtual
// time.
type Simulated struct {
	behave func(Spec) Behavior
}

// NewSimulated returns the kind. behave is called once for each machine, at its boot, under the
// cloud's lock. nil means the zero Behavior.
func NewSimulated(behave func(Spec) Behavior) *Simulated {
	if behave == nil {
		behave = func(Spec) Behavior { return Behavior{} }
	}
	return &Simulated{behave}
}

// Boot starts a machine. A builder and a runner report their result in time; any other machine serves on port 80.
func (k *Simulated) Boot(spec Spec, host Host) Machine {
	m := &SimulatedMachine{spec: spec, host: host, behavior: k.behave(spec).withDefaults()}
	if spec.Role == release.RoleBuilder || spec.Role == release.RoleRunner {
		if spec.Restarted {
			return m
		}
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

// Capture returns the machine's Spec as the content, so that a test can find an image's builder.
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

// Discard does nothing.
func (k *Simulated) Discard(any) {}

// SimulatedMachine is a machine of the Simulated kind.
type SimulatedMachine struct {
	spec     Spec
	host     Host
	behavior Behavior

	mu     sync.Mutex
	state  serviceState
	timers []func() // stop future events
	load   int      // requests within loadSpan
	fresh  int      // those of them within loadStep
	served int      // simulated requests while it was well
}

type serviceState int

const (
	starting serviceState = iota
	serving
	failing
	ended
)

// RoundTrip answers 200 while the service is healthy and 503 while it is not. Before the service
// listens, and after the machine has stopped, it fails like a refused connection.
func (m *SimulatedMachine) RoundTrip(request *http.Request) (*http.Response, error) {
	status := http.StatusOK
	switch m.now() {
	case starting, ended:
		return nil, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	case failing:
		status = http.StatusServiceUnavailable
	}
	m.bear(1)
	body := "simulated machine " + m.spec.InstanceID + "\n"
	return &http.Response{
		Status: http.StatusText(status), StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"text/plain"}}, Body: io.NopCloser(strings.NewReader(body)),
		ContentLength: int64(len(body)), Request: request,
	}, nil
}

// Serve answers requests of a simulated load balancer. CPU includes them for a minute. It may be
// called under the cloud's lock.
func (m *SimulatedMachine) Serve(requests int) Served {
	m.bear(requests)
	m.mu.Lock()
	defer m.mu.Unlock()
	answers := Served{Answered: requests, Failed: requests, Each: m.behavior.ResponseTime}
	switch m.state {
	case starting, ended:
		return Served{}
	case serving:
		answers.Failed = m.errorsOf(m.served+requests) - m.errorsOf(m.served)
		m.served += requests
	}
	return answers
}

// errorsOf returns how many of the first answers are errors. A share such as 0.29 is a little less
// in binary.
func (m *SimulatedMachine) errorsOf(answers int) int {
	return int(float64(answers)*m.behavior.ErrorShare + 1e-9)
}

func (m *SimulatedMachine) bear(requests int) {
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

// CPU returns the load of the last minute's requests and a small base load, at most 100.
func (m *SimulatedMachine) CPU() float64 {
	m.mu.Lock()
	defer m.mu.Unlock()
	return min(100, idleCPU+float64(m.load)/loadSpan.Seconds()*m.behavior.CPUPerRequest)
}

// Break makes the service answer 503 from now on. It may be called under the cloud's lock.
func (m *SimulatedMachine) Break() { m.turn(failing) }

// Stop makes the service unreachable at once. The machine ends soon after.
func (m *SimulatedMachine) Stop() {
	m.Kill()
	m.host.After(simulatedStop, func() { m.host.Stopped(m.spec.InstanceID) })
}

// Kill makes the service unreachable and cancels all future events of the machine.
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

// finishBuild sends the event at the end of the bundle's provisioning.
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
