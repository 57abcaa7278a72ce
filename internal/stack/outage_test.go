package stack

import (
	"slices"
	"testing"
	"time"

	"photogallery/internal/localcloud/machine"
)

// visited sends requests to the load balancer while the test runs.
func (e *environment) visited(perSecond float64) {
	e.Cloud.Fabric.Do(func() { e.Cloud.ELB.SetTraffic(perSecond) })
}

// rung returns the alarms of an outage that are in ALARM. It is called under the lock.
func (e *environment) rung() (all []string) {
	for _, name := range e.Settings.Environment.Outages() {
		if state, _ := e.Cloud.CloudWatch.AlarmState(name); state == "ALARM" {
			all = append(all, name)
		}
	}
	slices.Sort(all)
	return all
}

func (e *environment) ringing() (all []string) {
	e.Cloud.Fabric.Do(func() { all = e.rung() })
	return all
}

// awaitRinging waits until exactly these alarms ring.
func (e *environment) awaitRinging(within time.Duration, want ...string) {
	e.Helper()
	for began := time.Now(); !slices.Equal(e.ringing(), want); time.Sleep(time.Minute) {
		if time.Since(began) > within {
			e.Fatalf("%v ring after %s, want %v", e.ringing(), within, want)
		}
	}
}

// kill ends so many of the running instances at once.
func (e *environment) kill(count int) {
	e.Cloud.Fabric.Do(func() {
		for _, instance := range e.Cloud.EC2.Instances() {
			if instance.State == "running" && count > 0 {
				e.Cloud.EC2.Kill(instance.ID)
				count--
			}
		}
	})
}

func TestDeathOfTheFleetRingsUntilItIsReplaced(t *testing.T) {
	for name, test := range map[string]struct {
		visitors float64 // a second
		want     []string
	}{
		"nobody visits": {0, []string{"photogallery-main-no-healthy-host"}},
		"many visit":    {5, []string{"photogallery-main-balancer-errors", "photogallery-main-no-healthy-host"}},
	} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.visited(test.visitors)
				e.release("r1", `{"minSize": 2, "maxSize": 2}`).ends("Succeeded")
				time.Sleep(time.Hour)
				e.awaitRinging(0)
				e.behave = func(machine.Spec) machine.Behavior {
					return machine.Behavior{HealthyAfter: 3 * time.Minute}
				}
				e.kill(2)
				e.awaitRinging(10*time.Minute, test.want...)
				e.awaitRinging(20 * time.Minute)
				e.visited(0)
				time.Sleep(20 * time.Minute) // one instance may be healthy before the other
				e.serves("r1", e.grown())
			})
		})
	}
}

// A target group without targets has no health, and the load balancer counts no request that it
// refuses for that.
func TestFleetThatCannotBeReplacedRingsByItsVisitors(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.visited(5)
		e.release("r1", `{"minSize": 2, "maxSize": 2}`).ends("Succeeded")
		time.Sleep(time.Hour)
		e.full(true)
		e.kill(2)
		e.awaitRinging(10*time.Minute, "photogallery-main-balancer-errors")
		e.full(false)
		e.awaitRinging(30 * time.Minute)
		e.visited(0)
	})
}

// A few errors among many answers are not an outage, and neither are those of a gallery that hardly
// anybody visits.
func TestFewErrorsAreNoOutage(t *testing.T) {
	for name, visitors := range map[string]float64{"one of two instances is dead for a minute": 5, "one visitor in ten seconds": 0.1} {
		t.Run(name, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.visited(visitors)
				e.release("r1", `{"minSize": 2, "maxSize": 2}`).ends("Succeeded")
				time.Sleep(10 * time.Minute)
				e.kill(1)
				for range 30 {
					time.Sleep(time.Minute)
					e.awaitRinging(0)
				}
				e.visited(0)
			})
		})
	}
}

// Visitors who come while a teardown or a second fleet removes what served ring nobody.
func TestPlannedEndOfAFleetRingsNobody(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.visited(5)
		rung := map[string]bool{}
		e.Cloud.Fabric.Do(func() {
			e.Cloud.Fabric.Every(20*time.Second, func() {
				for _, name := range e.rung() {
					rung[name] = true
				}
			})
		})
		e.release("r1", `{}`).ends("Succeeded")
		e.release("r2", `{"rebake": true}`).ends("Succeeded")
		e.release("r3", `{"strategy": "rolling", "rebake": true}`).ends("Succeeded")
		e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
		e.visited(0)
		e.empty(0)
		e.Cloud.Fabric.Do(func() {
			if len(rung) > 0 {
				t.Errorf("%v rang", rung)
			}
		})
	})
}

// Between the fleet and the load balancer a teardown may have to wait.
func TestTeardownThatIsHeldUpRingsNobody(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.visited(5)
		e.release("r1", `{}`).ends("Succeeded")
		time.Sleep(time.Hour)
		lift := e.refuses("Sweep", "DeleteLoadBalancer", "ThrottlingException")
		execution := e.start(e.StartTeardown(t.Context(), "t1", `{"images": "delete"}`))
		for range 12 {
			time.Sleep(time.Minute)
			e.awaitRinging(0)
		}
		lift()
		e.await(execution).ends("Succeeded")
		e.visited(0)
		e.empty(0)
	})
}
