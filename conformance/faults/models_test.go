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

// model is what one scenario takes, without a fault, at AWS's durations.
type model struct {
	scenario    string
	took        time.Duration
	busy        map[string]time.Duration // AWS's own work, by what it was; parallel work counts once
	idle        map[string]time.Duration // nothing was under way in AWS, by the state that the execution was in
	transitions int
	invocations int
	requests    float64 // dollars: state transitions and functions
	resources   float64 // dollars: what was there while it took
}

// look is what one second found.
type look struct {
	busy                           string
	instances, builders, balancers int
	snapshotBytes                  int64
}

// reckon runs a scenario and watches it second by second.
func reckon(t *testing.T, s scenario) (m model, err error) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		var w *world
		if w, err = newWorld(t.Context(), variant{}); err != nil {
			return
		}
		defer w.Close()
		s.before(w)
		w.arm()
		looks := map[time.Time]look{}
		watching, stop := context.WithCancel(t.Context())
		var watcher sync.WaitGroup
		watcher.Go(func() {
			for watching.Err() == nil {
				looks[time.Now()] = w.look()
				w.sleep(time.Second)
			}
		})
		s.during(w)
		w.end(s.main)
		stop()
		watcher.Wait()
		m = w.sum(s, looks)
	})
	return m, err
}

func (w *world) sum(s scenario, looks map[time.Time]look) model {
	end := w.end(s.main)
	m := model{scenario: s.name, took: end.StopDate.Sub(end.StartDate), busy: map[string]time.Duration{}, idle: map[string]time.Duration{}}
	history := w.Cloud.StepFunctions.History(end.ARN)
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
	for _, at := range w.trail.sites {
		if at.kind == invocation && (at.run == s.main || at.run == "") {
			m.invocations++
			m.requests += prices.Prices["function-call"].Price/prices.Prices["function-call"].Per +
				secondsAnInvocation*float64(memory[at.step])/1024*prices.Prices["function-time"].Price
		}
	}
	m.requests += float64(m.transitions) * prices.Prices["transition"].Price / prices.Prices["transition"].Per
	return m
}

// secondsAnInvocation is what a function is reckoned with: a handful of AWS calls, and now and then a
// cold start.
const secondsAnInvocation = 1

// transitions counts the states entered, and each retry, which is billed as one.
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

// look asks every service what AWS is at work on. What is named first is what the others wait for.
func (w *world) look() (seen look) {
	for _, work := range []string{w.building(&seen), w.fleetWork(), w.balancerWork(&seen)} {
		if seen.busy == "" {
			seen.busy = work
		}
	}
	return seen
}

// building looks at the builder and its image, and counts what costs.
func (w *world) building(seen *look) (work string) {
	instances, _ := w.Clients.EC2.DescribeInstances(w.ctx, &ec2.DescribeInstancesInput{})
	images, _ := w.Clients.EC2.DescribeImages(w.ctx, &ec2.DescribeImagesInput{Owners: []string{"self"}})
	snapshots, _ := w.Clients.EC2.DescribeSnapshots(w.ctx, &ec2.DescribeSnapshotsInput{OwnerIds: []string{"self"}})
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

func (w *world) fleetWork() string {
	group, _ := fleet.Group(w.ctx, w.Clients.AutoScaling, w.Settings.Environment)
	if group == nil {
		return ""
	}
	refreshes, _ := fleet.Refreshes(w.ctx, w.Clients.AutoScaling, w.Settings.Environment)
	switch desired := int(*group.DesiredCapacity); {
	case fleet.Deleting(group):
		return "group and its instances end"
	case fleet.ActiveRefresh(refreshes) != nil:
		return "instance refresh, bake time included"
	case min(len(fleet.InService(group)), w.healthy()) < desired:
		return "fleet boots and passes its health checks"
	}
	return ""
}

func (w *world) balancerWork(seen *look) string {
	cards, _ := w.Clients.EC2.DescribeNetworkInterfaces(w.ctx, &ec2.DescribeNetworkInterfacesInput{})
	balancers, _ := w.Clients.ELB.DescribeLoadBalancers(w.ctx, &elb.DescribeLoadBalancersInput{})
	seen.balancers = len(balancers.LoadBalancers)
	switch {
	case seen.balancers == 0 && len(cards.NetworkInterfaces) > 0:
		return "balancer's network interfaces end"
	case seen.balancers > 0 && balancers.LoadBalancers[0].State.Code == elbtypes.LoadBalancerStateEnumProvisioning:
		return "balancer becomes active"
	}
	return ""
}

func (w *world) healthy() (count int) {
	w.Cloud.Fabric.Do(func() {
		for _, target := range w.Cloud.ELB.Targets(w.Settings.TargetGroup) {
			if target.State == "healthy" {
				count++
			}
		}
	})
	return count
}
