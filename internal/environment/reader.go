package environment

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/lambdas/balancer"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Reader reads one environment.
type Reader struct {
	Clients            step.Clients
	Environment        release.Environment
	Table              string // the name of the stack's DynamoDB table
	TeardownMachine    string // ARN
	BaseImageParameter string // the parameter with the newest base image
	Bucket             string // of the software bills of materials
	Lab                bool   // the limits of an AWS Academy Learner Lab hold
}

// Read returns the status at this moment. It asks several services at once. Its error joins their
// errors, and the status has the answers of the others.
func (r Reader) Read(ctx context.Context) (Status, error) {
	status := Status{
		Environment: string(r.Environment), TeardownMachine: r.TeardownMachine,
		Fleets: []Fleet{}, Instances: []Instance{}, Alarms: []Alarm{}, Activities: []Activity{}, Schedules: []Schedule{},
	}
	var weights map[string]int32
	// Each part fills in its own fields.
	parts := []func(context.Context, *Status) error{r.serving, r.fleets, r.alarms, r.schedules, r.spending, func(ctx context.Context, status *Status) (err error) {
		weights, err = r.entrance(ctx, status)
		return err
	}}
	failed := make([]error, len(parts))
	var all sync.WaitGroup
	for i, part := range parts {
		all.Go(func() { failed[i] = part(ctx, &status) })
	}
	all.Wait()
	status.share(weights)
	return status, errors.Join(failed...)
}

// Recorded returns the record of the last release.
func (r Reader) Recorded(ctx context.Context) (release.Current, error) {
	return records.ReadCurrent(ctx, r.Clients.DynamoDB, r.Table)
}

// Serving returns the serving release, or nil if nothing serves.
func (r Reader) Serving(ctx context.Context) (*Serving, error) {
	recorded, err := r.Recorded(ctx)
	if err != nil || !recorded.Serving {
		return nil, err
	}
	serving := Serving{Slot: recorded.Serves(), Release: recorded.Release, Version: recorded.Version, Image: recorded.Image, FormerImage: recorded.FormerImage}
	serving.Resize = resizeOf(recorded, time.Now())
	serving.Base, err = r.baseOf(ctx, recorded.Image)
	return &serving, err
}

func (r Reader) serving(ctx context.Context, status *Status) (err error) {
	status.Serving, err = r.Serving(ctx)
	return err
}

func (r Reader) spending(ctx context.Context, status *Status) (err error) {
	status.Spending, err = r.Spending(ctx)
	return err
}

// Spending returns what the environment has cost this month, or nil if nobody has added it up.
func (r Reader) Spending(ctx context.Context) (*release.Spending, error) {
	spending, err := records.ReadSpending(ctx, r.Clients.DynamoDB, r.Table)
	if err != nil || spending.Month != release.MonthOf(time.Now()) {
		return nil, err
	}
	return &spending, nil
}

// resizeOf returns the next change of size that the serving release has scheduled, or nil if there is
// none.
func resizeOf(recorded release.Current, now time.Time) *Resize {
	change, ok := recorded.Next(now)
	if !ok {
		return nil
	}
	bounds := recorded.Bounds(change.At)
	return &Resize{change.At, bounds.MinSize, bounds.MaxSize}
}

// Entrance returns the load balancer's state and the URL of its own name, or two empty strings if there is none.
func (r Reader) Entrance(ctx context.Context) (state, url string, err error) {
	found, err := balancer.Find(ctx, r.Clients.ELB, r.Environment)
	if err != nil || found == nil {
		return "", "", err
	}
	state, url = stateOf(*found)
	return state, url, nil
}

func stateOf(found types.LoadBalancer) (state, url string) {
	if found.State != nil {
		state = string(found.State.Code)
	}
	return state, "http://" + aws.ToString(found.DNSName) + "/"
}

// entrance reads the load balancer, and the weights of the target groups that it forwards to.
func (r Reader) entrance(ctx context.Context, status *Status) (map[string]int32, error) {
	found, err := balancer.Find(ctx, r.Clients.ELB, r.Environment)
	if err != nil || found == nil {
		return nil, err
	}
	status.LoadBalancer, status.Gallery = stateOf(*found)
	listener, err := balancer.Entrance(ctx, r.Clients.ELB, aws.ToString(found.LoadBalancerArn))
	if release.IsNotFound(err) || err == nil && listener == nil {
		return nil, nil // it is being deleted, or made
	}
	if err != nil {
		return nil, err
	}
	return balancer.Weights(listener.DefaultActions[0]), nil
}
