// Package fabric holds what the services of the embedded cloud share: one lock, one clock, one
// dispatch table for API operations, one event bus. A cloud has no state outside its fabric and
// the services that were built on it.
package fabric

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Account and Region are where everything in the embedded cloud seems to live.
const (
	Account = "123456789012"
	Region  = "us-east-1"
)

// Zones returns the two availability zones of the embedded cloud.
func Zones() []string { return []string{Region + "a", Region + "b"} }

// Fabric serializes everything that happens in one cloud. API operations, timers and Do run one
// at a time under its lock; nothing that runs there may block or call an SDK client.
type Fabric struct {
	pace     float64
	ready    bool // what AWS provisions is ready at once
	context  context.Context
	cancel   context.CancelFunc
	running  sync.WaitGroup
	starting sync.Mutex // no goroutine starts between Close's cancel and its wait
	handlers map[Operation]handler

	mu           sync.Mutex
	closed       bool
	sequence     int
	rules        []rule
	courier      Courier
	interceptors []Interceptor
	observers    []func(Call)
	observing    sync.Mutex // held while observers are told
}

// New makes a fabric whose durations are divided by pace; 0 means 1, AWS's own pace.
func New(pace float64) *Fabric {
	if pace <= 0 {
		pace = 1
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &Fabric{pace: pace, context: ctx, cancel: cancel, handlers: map[Operation]handler{}, courier: atOnce}
}

// NumberFrom lets ID begin there, so that a cloud that goes on with what another has left makes no
// identifier twice. It is called before the cloud is used.
func (f *Fabric) NumberFrom(first int) { f.sequence = first }

// ProvisionAtOnce takes the time out of what AWS provisions out of sight, for a cloud on machines
// whose real work takes its own time. It is called before the cloud is used.
func (f *Fabric) ProvisionAtOnce() { f.ready = true }

// Close stops all timers and waits for what Go started. API calls fail afterwards.
func (f *Fabric) Close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.starting.Lock()
	f.cancel()
	f.starting.Unlock()
	f.running.Wait()
}

// Context ends when the fabric is closed.
func (f *Fabric) Context() context.Context { return f.context }

// Do runs what under the lock. It must not be called by what already holds it.
func (f *Fabric) Do(what func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	what()
}

// Scale turns a duration on AWS into one of this cloud.
func (f *Fabric) Scale(onAWS time.Duration) time.Duration {
	return time.Duration(float64(onAWS) / f.pace)
}

// After runs what under the lock once the AWS duration has passed, unless stop is called or the
// fabric closes first.
func (f *Fabric) After(onAWS time.Duration, what func()) (stop func()) {
	ctx, cancel := context.WithCancel(f.context)
	f.Go(func() {
		defer cancel()
		if sleep(ctx, f.Scale(onAWS)) {
			f.doIn(ctx, what)
		}
	})
	return cancel
}

// Provision is After for the time that AWS takes to make something ready.
func (f *Fabric) Provision(onAWS time.Duration, what func()) (stop func()) {
	if f.ready {
		onAWS = 0
	}
	return f.After(onAWS, what)
}

// Every runs what under the lock each time the AWS duration has passed, until stop is called or
// the fabric closes.
func (f *Fabric) Every(onAWS time.Duration, what func()) (stop func()) {
	ctx, cancel := context.WithCancel(f.context)
	f.Go(func() {
		for sleep(ctx, f.Scale(onAWS)) {
			f.doIn(ctx, what)
		}
	})
	return cancel
}

// Go runs what in a goroutine that Close waits for, without the lock; what must end soon after
// Context does. In a closed fabric nothing is started.
func (f *Fabric) Go(what func()) {
	f.starting.Lock()
	defer f.starting.Unlock()
	if f.context.Err() == nil {
		f.running.Go(what)
	}
}

// doIn skips what was stopped while it waited for the lock.
func (f *Fabric) doIn(ctx context.Context, what func()) {
	f.Do(func() {
		if ctx.Err() == nil {
			what()
		}
	})
}

func sleep(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// ID makes the next identifier with a prefix, in AWS's form: 17 hexadecimal digits. The sequence
// is the cloud's own, so that runs repeat exactly. It is called under the lock.
func (f *Fabric) ID(prefix string) string {
	f.sequence++
	return fmt.Sprintf("%s-%017x", prefix, f.sequence)
}

// ARN builds the name of a resource in the embedded cloud's account and region. IAM's names have no region.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
func ARN(service, resource string) string {
	region := Region
	if service == "iam" {
		region = ""
	}
	return "arn:aws:" + service + ":" + region + ":" + Account + ":" + resource
}
