package faults

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/asl"
	"photogallery/internal/price"
	"photogallery/lambdas"
	"photogallery/lambdas/fleet"
	"photogallery/lambdas/inventory"
	"photogallery/release"
)

// model is the time and money that a scenario takes, without a fault, with AWS's durations.
type model struct {
	scenario    string
	took        time.Duration
	busy        map[string]time.Duration // AWS's own work by kind; parallel work counts once
	idle        map[string]time.Duration // time without work in AWS, by the state of the execution
	transitions int
	invocations int
	requests    float64 // dollars for state transitions and functions
	resources   float64 // dollars for the resources that existed meanwhile
}

// sample is the state of one second.
type sample struct {
	busy                           string
	instances, builders, balancers int
	snapshotBytes                  int64
}

// measure runs a scenario and takes a sample every second.
func measure(t *testing.T, s scenario) (m model, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var env *environment
		if env, err = newEnvironment(t.Context(), variant{}); err != nil {
			return
		}
		defer env.Close()
		s.before(env)
		env.arm()
		looks := map[time.Time]sample{}
		watching, stop := context.WithCancel(t.Context())
		var watcher sync.WaitGroup
		watcher.Go(func() {
			for watching.Err() == nil {
				looks[time.Now()] = env.sample()
				env.sleep(time.Second)
			}
		})
		s.during(env)
		env.awaitEnd(s.main)
		stop()
		watcher.Wait()
		m = env.summarize(s, looks)
	})
	return m, err
}

func (env *environment) summarize(s scenario, looks map[time.Time]sample) model {
	end := env.awaitEnd(s.main)
	m := model{scenario: s.name, took: end.StopDate.Sub(end.StartDate), busy: map[string]time.Duration{}, idle: map[string]time.Duration{}}
	history := env.Cloud.StepFunctions.History(end.ARN)
	prices := price.Load()
	hour, _ := prices.Instance("t4g.small")
	for at, seen := range looks {
		if at.Before(end.StartDate) || at.After(end.StopDate) {
			continue
		}
		if seen.busy != "" {
			m.busy[seen.busy] += time.Second
		} else {
			m.idle[stateAt(history, at)] += time.Second
		}
		m.resources += float64(seen.instances)*hour.Price/3600 + float64(seen.balancers)*prices.Prices["load-balancer"].Price/3600 +
			float64(seen.builders+2*seen.balancers)*prices.Prices["public-address"].Price/3600 +
			float64(seen.snapshotBytes)/(1<<30)*prices.Prices["snapshot"].Price/price.HoursAMonth/3600
	}
	m.transitions, m.invocations = transitions(history), 0
	memory := map[string]int{}
	for _, step := range lambdas.Steps() {
		memory[step.Name] = step.MemoryMB
	}
	for _, at := range env.trace.points {
		if at.kind == invocation && (at.run == s.main || at.run == "") {
			m.invocations++
			m.requests += prices.Prices["function-call"].Price/prices.Prices["function-call"].Per +
				secondsAnInvocation*float64(memory[at.step])/1024*prices.Prices["function-time"].Price
		}
	}
	m.requests += float64(m.transitions) * prices.Prices["transition"].Price / prices.Prices["transition"].Per
	return m
}

// secondsAnInvocation is the assumed duration of an invocation: a few AWS calls and an occasional
// cold start.
const secondsAnInvocation = 1

// transitions counts the states entered and the retries, each of which is billed as a transition.
func transitions(history []asl.Event) (count int) {
	tasks := 0
	for _, e := range history {
		switch {
		case e.Type == "TaskStateEntered":
			count, tasks = count+1, tasks-1
		case strings.HasSuffix(e.Type, "StateEntered"):
			count++
		case e.Type == "LambdaFunctionScheduled" || e.Type == "TaskScheduled":
			tasks++
		}
	}
	return count + max(0, tasks)
}

func stateAt(history []asl.Event, at time.Time) (state string) {
	for _, e := range history {
		if strings.HasSuffix(e.Type, "StateEntered") && !e.Timestamp.After(at) {
			state = e.Name
		}
	}
	return state
}

// sample asks every service for the work in progress. The first kind of work that is found is the
// one that the others wait for.
func (env *environment) sample() (seen sample) {
	for _, work := range []string{env.building(&seen), env.fleetWork(), env.balancerWork(&seen), env.watchWork()} {
		if seen.busy == "" {
			seen.busy = work
		}
	}
	return seen
}

// building returns the work on the builder and its image, and counts the resources that cost money.
func (env *environment) building(seen *sample) (work string) {
	instances, _ := env.Clients.EC2.DescribeInstances(env.ctx, &ec2.DescribeInstancesInput{})
	images, _ := env.Clients.EC2.DescribeImages(env.ctx, &ec2.DescribeImagesInput{Owners: []string{"self"}})
	snapshots, _ := env.Clients.EC2.DescribeSnapshots(env.ctx, &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}})
	for _, snapshot := range snapshots.Snapshots {
		seen.snapshotBytes += *snapshot.FullSnapshotSizeInBytes
	}
	for _, reservation := range instances.Reservations {
		for _, i := range reservation.Instances {
			if i.State.Name != types.InstanceStateNamePending && i.State.Name != types.InstanceStateNameRunning {
				continue
			}
			seen.instances++
			if !inventory.IsBuilder(i) {
				continue
			}
			seen.builders++
			made := slices.ContainsFunc(images.Images, func(image types.Image) bool {
				return inventory.Tag(image.Tags, release.TagRelease) == inventory.Tag(i.Tags, release.TagRelease)
			})
			if !made {
				work = "builder boots and provisions"
			}
		}
	}
	if slices.ContainsFunc(images.Images, func(image types.Image) bool { return image.State == types.ImageStatePending }) {
		work = "image and snapshot"
	}
	return work
}

// fleetWork looks at the fleet that a release makes or rolls before the one that serves.
func (env *environment) fleetWork() string {
	serving := env.recorded().Serves()
	for _, slot := range []release.Slot{serving.Other(), serving} {
		if work := env.groupWork(slot); work != "" {
			return work
		}
	}
	return ""
}

func (env *environment) groupWork(slot release.Slot) string {
	name := env.Settings.Environment.Group(slot)
	group, _ := fleet.Group(env.ctx, env.Clients.AutoScaling, name)
	if group == nil {
		return ""
	}
	refreshes, _ := fleet.Refreshes(env.ctx, env.Clients.AutoScaling, name)
	switch desired := int(*group.DesiredCapacity); {
	case fleet.IsDeleting(group):
		return "group and its instances end"
	case fleet.ActiveRefresh(refreshes) != nil:
		return "instance refresh, bake time included"
	case desired == 0 && len(group.Instances) > 0:
		return "former fleet drains"
	case min(len(fleet.InService(group)), env.healthy(slot)) < desired:
		return "fleet boots and passes its health checks"
	}
	return ""
}

// watchWork is the time for which a request has the traffic watched: visitors reach a fleet that the
// recorded state does not have yet.
func (env *environment) watchWork() string {
	serving := env.recorded().Serves()
	env.mu.Lock()
	defer env.mu.Unlock()
	if last := len(env.shifts) - 1; last > 0 && env.shifts[last].only() != serving {
		return "traffic is watched, bake time included"
	}
	return ""
}

func (env *environment) balancerWork(seen *sample) string {
	cards, _ := env.Clients.EC2.DescribeNetworkInterfaces(env.ctx, &ec2.DescribeNetworkInterfacesInput{})
	balancers, _ := env.Clients.ELB.DescribeLoadBalancers(env.ctx, &elb.DescribeLoadBalancersInput{})
	seen.balancers = len(balancers.LoadBalancers)
	switch {
	case seen.balancers == 0 && len(cards.NetworkInterfaces) > 0:
		return "balancer's network interfaces end"
	case seen.balancers > 0 && balancers.LoadBalancers[0].State.Code == elbtypes.LoadBalancerStateEnumProvisioning:
		return "balancer becomes active"
	}
	return ""
}

func (env *environment) healthy(slot release.Slot) (count int) {
	env.Cloud.Fabric.Do(func() {
		for _, target := range env.Cloud.ELB.Targets(env.Settings.Targets(slot)) {
			if target.State == "healthy" {
				count++
			}
		}
	})
	return count
}
