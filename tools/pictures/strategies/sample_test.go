package strategies

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"photogallery/internal/execution"
	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/lambda"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack"
	"photogallery/lambdas/balancer"
)

// sample is the state of both versions at a moment.
type sample struct {
	at          time.Duration // since the release began
	former, new fleet
	share       float64 // of the visitors, who get the new version
}

// fleet counts the instances of a version.
type fleet struct{ serving, others int }

// sampled is a whole release.
type sampled struct {
	samples []sample
	run     *execution.History
	ended   time.Duration
}

const between = 5 * time.Second

// sampleRelease releases a second version from a cached image, with AWS's durations.
func sampleRelease(t *testing.T, input string) (found sampled) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		kind := machine.NewSimulated(func(machine.Spec) machine.Behavior { return machine.Behavior{} })
		s, err := stack.New(stack.Options{Environment: "main", Kind: kind, Random: func() float64 { return 0.5 }, Around: slowly})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		serve(t, s, "r1", `{}`)
		time.Sleep(time.Hour - time.Duration(time.Now().Minute())*time.Minute - time.Duration(time.Now().Second())*time.Second)
		former := fleetOf(s)
		arn, err := s.StartRelease(t.Context(), "r2", input)
		if err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		time.Sleep(between / 16) // what happens happens in whole seconds, and must not race with a look
		for running(t, s, arn) || len(found.samples) == 0 {
			found.samples = append(found.samples, look(t, s, former, time.Since(began)))
			time.Sleep(between)
		}
		for range 12 {
			found.samples = append(found.samples, look(t, s, former, time.Since(began)))
			time.Sleep(between)
		}
		reader := execution.NewReader(s.SFN, arn)
		if err := reader.Read(t.Context()); err != nil || reader.History.Status != "SUCCEEDED" {
			t.Fatalf("%v: %s %s", err, reader.History.Status, reader.History.Cause)
		}
		found.run, found.ended = reader.History, reader.History.Ended.Sub(reader.History.Began)
	})
	return found
}

// slowly lets a step take a moment, as on AWS. Without it, what a step looks at would change in the
// very instant of the look, before it or after it.
func slowly(_ string, inner lambda.Handler) lambda.Handler {
	return handler(func(ctx context.Context, payload []byte) ([]byte, error) {
		time.Sleep(370 * time.Millisecond)
		return inner.Invoke(ctx, payload)
	})
}

type handler func(context.Context, []byte) ([]byte, error)

// Invoke runs the step.
func (h handler) Invoke(ctx context.Context, payload []byte) ([]byte, error) { return h(ctx, payload) }

func serve(t *testing.T, s *stack.Stack, name, input string) {
	t.Helper()
	arn, err := s.StartRelease(t.Context(), name, input)
	if err != nil {
		t.Fatal(err)
	}
	if end, err := s.Await(t.Context(), arn); err != nil || end.Status != "SUCCEEDED" {
		t.Fatalf("%s: %v, %+v", name, err, end)
	}
}

func running(t *testing.T, s *stack.Stack, arn string) bool {
	t.Helper()
	now, err := execution.Look(t.Context(), s.SFN, arn)
	if err != nil {
		t.Fatal(err)
	}
	return now.Status == "RUNNING"
}

// fleetOf lists the instances that run.
func fleetOf(s *stack.Stack) (ids []string) {
	s.Cloud.Fabric.Do(func() {
		for _, i := range s.Cloud.EC2.Instances() {
			if i.State == ec2.Running {
				ids = append(ids, i.ID)
			}
		}
	})
	return ids
}

// look counts an instance as serving where a target group has it as healthy.
func look(t *testing.T, s *stack.Stack, former []string, at time.Duration) sample {
	t.Helper()
	synctest.Wait()
	weights := weightsOf(t, s)
	now, shares := sample{at: at}, map[bool]float64{}
	s.Cloud.Fabric.Do(func() {
		for _, targets := range []string{s.Settings.TargetGroup, s.Settings.GreenTargetGroup} {
			share := weights[targets] / float64(max(1, healthyIn(s, targets)))
			for _, i := range s.Cloud.EC2.Instances() {
				if i.State != ec2.Terminated && s.Cloud.ELB.Health(targets, i.ID) == "healthy" {
					shares[!slices.Contains(former, i.ID)] += share
				}
			}
		}
		for _, i := range s.Cloud.EC2.Instances() {
			if i.State != ec2.Terminated {
				now.count(slices.Contains(former, i.ID), isHealthy(s, i.ID))
			}
		}
	})
	now.share = shares[true] / max(1e-9, shares[true]+shares[false])
	return now
}

func (s *sample) count(isFormer, healthy bool) {
	of := &s.new
	if isFormer {
		of = &s.former
	}
	if healthy {
		of.serving++
	} else {
		of.others++
	}
}

func isHealthy(s *stack.Stack, instance string) bool {
	return s.Cloud.ELB.Health(s.Settings.TargetGroup, instance) == "healthy" || s.Cloud.ELB.Health(s.Settings.GreenTargetGroup, instance) == "healthy"
}

func healthyIn(s *stack.Stack, targets string) (n int) {
	for _, i := range s.Cloud.EC2.Instances() {
		if i.State != ec2.Terminated && s.Cloud.ELB.Health(targets, i.ID) == "healthy" {
			n++
		}
	}
	return n
}

// weightsOf returns the parts of the visitors by target group.
func weightsOf(t *testing.T, s *stack.Stack) map[string]float64 {
	t.Helper()
	found, err := balancer.Find(t.Context(), s.Clients.ELB, s.Settings.Environment)
	if err != nil || found == nil {
		t.Fatalf("the load balancer: %v, %v", found, err)
	}
	listener, err := balancer.Entrance(t.Context(), s.Clients.ELB, *found.LoadBalancerArn)
	if err != nil {
		t.Fatal(err)
	}
	weights, all := map[string]float64{}, 0.0
	for targets, weight := range balancer.Weights(listener.DefaultActions[0]) {
		weights[targets], all = float64(weight), all+float64(weight)
	}
	for targets := range weights {
		weights[targets] /= all
	}
	return weights
}
