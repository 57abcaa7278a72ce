// Package fabric holds what the services of the embedded cloud share: one lock, one clock, one
// dispatch table of API operations, one event bus. A cloud has no state outside its fabric and its
// services.
package fabric

import (
	"context"
	"fmt"
	"sync"
	"time"
)

// Account and Region are the account and region of the embedded cloud.
const (
	Account = "123456789012"
	Region  = "us-east-1"
)

// Zones returns the two availability zones of the embedded cloud.
func Zones() []string { return []string{Region + "a", Region + "b"} }

// Fabric serializes everything in one cloud. API operations, timers and Do run one at a time under
// its lock. They must not block or call an SDK client.
type Fabric struct {
	pace     float64
	ready    bool // provisioning takes no time
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
	observing    sync.Mutex // held while observers are called
}

// New returns a fabric that divides durations by pace. 0 means 1, AWS's own pace.
func New(pace float64) *Fabric {
	if pace <= 0 {
		pace = 1
	}
	ctx, cancel := context.WithCancel(context.Background())
	return &Fabric{pace: pace, context: ctx, cancel: cancel, handlers: map[Operation]handler{}, courier: atOnce}
}

// NumberFrom sets the start of ID's sequence, so that a cloud that continues another one's state
// repeats no identifier. It must be called before the cloud is used.
func (f *Fabric) NumberFrom(first int) { f.sequence = first }

// ProvisionAtOnce makes provisioning on AWS's side take no time, for a cloud on machines whose real
// work takes its own. It must be called before the cloud is used.
func (f *Fabric) ProvisionAtOnce() { f.ready = true }

// Close stops all timers and waits for the goroutines of Go. API calls fail afterwards.
func (f *Fabric) Close() {
	f.mu.Lock()
	f.closed = true
	f.mu.Unlock()
	f.starting.Lock()
	f.cancel()
	f.starting.Unlock()
	f.running.Wait()
}

// Context returns a context that ends when the fabric is closed.
func (f *Fabric) Context() context.Context { return f.context }

// Do calls what under the lock, which the caller must not hold.
func (f *Fabric) Do(what func()) {
	f.mu.Lock()
	defer f.mu.Unlock()
	what()
}

// Scale converts a duration on AWS to one of this cloud.
func (f *Fabric) Scale(onAWS time.Duration) time.Duration {
	return time.Duration(float64(onAWS) / f.pace)
}

// After calls what under the lock when the AWS duration has passed, unless stop is called or the
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

// Provision is After for the time that AWS needs to provision something.
func (f *Fabric) Provision(onAWS time.Duration, what func()) (stop func()) {
	if f.ready {
		onAWS = 0
	}
	return f.After(onAWS, what)
}

// Every calls what under the lock each time the AWS duration has passed, until stop is called or
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

// Go calls what in a goroutine without the lock. Close waits for it, so that what must return soon
// after Context ends. A closed fabric starts nothing.
func (f *Fabric) Go(what func()) {
	f.starting.Lock()
	defer f.starting.Unlock()
	if f.context.Err() == nil {
		f.running.Go(what)
	}
}

// doIn skips a timer that was stopped while it waited for the lock.
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

// ID returns the next identifier with a prefix, in AWS's form: 17 hexadecimal digits. Each cloud
// has its own sequence, so that runs are deterministic. It must be called under the lock.
func (f *Fabric) ID(prefix string) string {
	f.sequence++
	return fmt.Sprintf("%s-%017x", prefix, f.sequence)
}

// ARN returns the ARN of a resource in the embedded cloud's account and region. IAM's ARNs have no
// region.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-arns
func ARN(service, resource string) string {
	region := Region
	if service == "iam" {
		region = ""
	}
	return "arn:aws:" + service + ":" + region + ":" + Account + ":" + resource
}
