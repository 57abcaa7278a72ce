package stack

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"photogallery/internal/localcloud/lambda"
)

// paused is a step whose function does not run while the session is over.
type paused struct {
	over  *atomic.Bool
	inner lambda.Handler
}

func (p paused) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	if p.over.Load() {
		return nil, messages.InvokeResponse_Error{Type: "Lambda.TooManyRequestsException", Message: "the session is over"}
	}
	return p.inner.Invoke(ctx, payload)
}

// session is how a session ends and the next one starts.
type session struct {
	replaces bool // Auto Scaling replaces what is stopped
	works    bool // functions go on working
	pause    time.Duration
}

var sessions = map[string]session{
	"and all stands still until tomorrow": {false, false, 20 * time.Hour},
	"and groups replace their instances":  {true, false, 20 * time.Hour},
	"and functions go on":                 {true, true, 20 * time.Hour},
	"and starts at once":                  {false, false, 5 * time.Minute},
}

// inSessions is a lab whose sessions the scenario ends and starts.
func inSessions(t *testing.T, as session, scenario func(e *environment, next func())) {
	t.Helper()
	over := &atomic.Bool{}
	around := func(_ string, inner lambda.Handler) lambda.Handler { return paused{over, inner} }
	inLabWith(t, Options{Around: around}, func(_ *testing.T, e *environment) {
		scenario(e, func() {
			over.Store(!as.works)
			e.Cloud.Fabric.Do(func() { e.Cloud.EndSession(as.replaces) })
			time.Sleep(as.pause)
			over.Store(false)
			e.Cloud.Fabric.Do(e.Cloud.StartSession)
		})
	})
}

// The whole way of somebody whose session ends while a release serves.
func TestLabsNextSessionGoesOn(t *testing.T) {
	for name, as := range sessions {
		t.Run(name, func(t *testing.T) {
			inSessions(t, as, func(e *environment, next func()) {
				e.release("r1", `{}`).ends("Succeeded")
				e.grow()
				next()
				e.release("r2", `{"version": "2", "wait": true}`).ends("Succeeded")
				e.serves("r2", e.instancesNow())
				e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
				e.empty(0)
			})
		})
	}
}

// instancesNow returns how many instances the fleet that serves has.
func (e *environment) instancesNow() int {
	_, desired, _ := e.capacity(e.current().Serves())
	return desired
}

// A run that the session's end catches in any state neither hangs for good nor leaves anything behind.
func TestRunThatASessionsEndCatchesIsOvercome(t *testing.T) {
	for _, run := range []struct {
		serves, during string
		teardown       bool
		state          string
	}{
		{"", `{}`, false, "AwaitBuild"},
		{"", `{}`, false, "CheckImage"},
		{"", `{}`, false, "CheckLoadBalancer"},
		{"", `{}`, false, "CheckFleet"},
		{`{}`, `{"version": "2", "traffic": [50, 100], "hold": "5m"}`, false, "WatchTraffic"},
		{`{}`, `{"version": "2"}`, false, "RetireFleet"},
		{`{}`, `{"version": "2", "strategy": "rolling"}`, false, "CheckRefresh"},
		{`{}`, `{}`, true, "SweepGroup"},
		{`{}`, `{}`, true, "SweepLoadBalancer"},
	} {
		for name, as := range sessions {
			t.Run(run.state+" "+name, func(t *testing.T) {
				inSessions(t, as, func(e *environment, next func()) {
					if run.serves != "" {
						e.release("r0", run.serves).ends("Succeeded")
					}
					start := e.StartRelease
					if run.teardown {
						start = e.StartTeardown
					}
					caught := e.start(start(e.Context(), "r1", run.during))
					e.reaches(caught, run.state)
					next()
					e.release("r2", `{"version": "3", "wait": true}`).ends("Succeeded")
					e.serves("r2", e.instancesNow())
					e.teardown("t2", `{"images": "delete"}`).ends("Succeeded")
					e.empty(0)
				})
			})
		}
	}
}

// reaches waits until a run has entered a state.
func (e *environment) reaches(run, state string) {
	e.Helper()
	for range 3600 {
		for _, entered := range e.Path(run) {
			if entered == state {
				return
			}
		}
		time.Sleep(time.Second)
	}
	e.Fatalf("%s never enters %s: %v", run, state, e.Path(run))
}
