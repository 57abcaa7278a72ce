package environment

import (
	"context"
	"errors"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photogallery/lambdas/balancer"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Reader reads one environment.
type Reader struct {
	Clients         step.Clients
	Environment     release.Environment
	Table           string // the name of the stack's DynamoDB table
	TeardownMachine string // ARN
}

// Read returns the status at this moment. It asks several services at once. Its error joins their
// errors, and the status has the answers of the others.
func (r Reader) Read(ctx context.Context) (Status, error) {
	status := Status{
		Environment: string(r.Environment), TeardownMachine: r.TeardownMachine,
		Instances: []Instance{}, Alarms: []Alarm{}, Activities: []Activity{}, Schedules: []Schedule{},
	}
	// Each part fills in its own fields.
	parts := []func(context.Context, *Status) error{r.serving, r.entrance, r.fleet, r.alarms, r.schedules}
	failed := make([]error, len(parts))
	var all sync.WaitGroup
	for i, part := range parts {
		all.Go(func() { failed[i] = part(ctx, &status) })
	}
	all.Wait()
	return status, errors.Join(failed...)
}

// Recorded returns the record of the last release.
func (r Reader) Recorded(ctx context.Context) (release.Current, error) {
	return records.ReadCurrent(ctx, r.Clients.DynamoDB, r.Table)
}

func (r Reader) serving(ctx context.Context, status *Status) error {
	recorded, err := r.Recorded(ctx)
	if err == nil && recorded.Serving {
		status.Serving = &Serving{Release: recorded.Release, Version: recorded.Version, Image: recorded.Image, FormerImage: recorded.FormerImage}
	}
	return err
}

// Entrance returns the load balancer's state and the URL of its own name, or two empty strings if there is none.
func (r Reader) Entrance(ctx context.Context) (state, url string, err error) {
	found, err := balancer.Find(ctx, r.Clients.ELB, r.Environment)
	if err != nil || found == nil {
		return "", "", err
	}
	if found.State != nil {
		state = string(found.State.Code)
	}
	return state, "http://" + aws.ToString(found.DNSName) + "/", nil
}

func (r Reader) entrance(ctx context.Context, status *Status) (err error) {
	status.LoadBalancer, status.Gallery, err = r.Entrance(ctx)
	return err
}
