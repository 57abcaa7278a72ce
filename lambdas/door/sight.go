package door

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/execution"
	"photogallery/lambdas/records"
	"photogallery/release"
)

// state is what a visitor can expect.
type state string

const (
	serving  state = "serving"
	asleep   state = "asleep"
	waking   state = "waking"
	sleeping state = "sleeping" // a teardown runs
	busy     state = "busy"     // a command runs, and nothing serves
	troubled state = "troubled" // the door could not look
	late     state = "late"     // the gallery serves, and the visitor came to the door under its domain
)

// sight is the environment at one moment.
type sight struct {
	state   state
	gallery string // the address of the gallery that serves
	failed  bool   // it sleeps because the last waking failed
	refusal refusal
	until   time.Time // the end of refusal
	isWrong bool      // the key that was given
	isLed   bool      // it serves, and name servers are about to learn that the domain leads to it

	current  release.Current
	remember records.Waking
	isLost   bool // the release of the record was never started

	usual    time.Duration // of a waking
	progress *execution.Progress
}

// patience is how long the door keeps in mind that somebody asked for a release that it could not start
// at once. A page that is still open asks again every few seconds.
const patience = 15 * time.Minute

// isDue reports whether somebody has asked for a release that is not started yet. One that was written
// down counts already.
func (s sight) isDue(now time.Time) bool {
	isAsked := s.refusal == "" && now.Sub(s.remember.Asked) < patience
	return s.state == asleep && !s.failed && (s.isLost && now.Sub(s.remember.At) < patience || isAsked)
}

// mayBeAsked reports whether a visit that counts as a click changes anything.
func (s sight) mayBeAsked() bool {
	return s.refusal == "" && (s.state == asleep && !s.failed || (s.state == sleeping || s.state == busy) && time.Since(s.remember.Asked) > patience)
}

// look reads the state. While a teardown holds the lock, its load balancer may be gone at any moment.
func (d *door) look(ctx context.Context) (seen sight, err error) {
	if seen.current, err = records.ReadCurrent(ctx, d.table, d.settings.Table); err != nil {
		return seen, err
	}
	if seen.remember, err = records.ReadWaking(ctx, d.table, d.settings.Table); err != nil {
		return seen, err
	}
	held, err := d.held(ctx)
	if err != nil {
		return seen, err
	}
	seen.state = sleeping
	switch {
	case held == nil && !seen.current.Serving:
		return d.lookAtSleep(ctx, seen)
	case held != nil && held.Release == "" && held.Entry.Undoes == "":
	case seen.current.Serving:
		return d.lookAtGallery(ctx, seen)
	case held.Entry.Kind == release.ReleaseEntry:
		return d.lookAtRelease(ctx, seen, held.Holder)
	case held.Entry.Kind == release.RunEntry:
		seen.state = busy
	}
	seen.refusal, seen.until, err = d.refuses(ctx, seen.remember, time.Now())
	return seen, err
}

// held returns the lock, or nil if its holder has ended.
func (d *door) held(ctx context.Context) (*records.Lock, error) {
	held, err := records.ReadLock(ctx, d.table, d.settings.Table)
	if err != nil || held == nil {
		return nil, err
	}
	status, err := d.status(ctx, held.Holder)
	if err != nil || !isRunning(status) {
		return nil, err
	}
	return held, nil
}

// status returns the status of an execution, or "" if there is none of that ARN.
func (d *door) status(ctx context.Context, execution string) (types.ExecutionStatus, error) {
	out, err := d.executions.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(execution)})
	if release.IsNotFound(err) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return out.Status, nil
}

func isRunning(status types.ExecutionStatus) bool {
	return status == types.ExecutionStatusRunning || status == types.ExecutionStatusPendingRedrive
}

// lookAtGallery finds the load balancer. If somebody has deleted it, the gallery sleeps.
func (d *door) lookAtGallery(ctx context.Context, seen sight) (sight, error) {
	out, err := d.balancers.DescribeLoadBalancers(ctx, &elb.DescribeLoadBalancersInput{Names: []string{d.settings.Environment.Name()}})
	if release.IsNotFound(err) {
		return d.lookAtSleep(ctx, seen)
	}
	if err != nil {
		return seen, err
	}
	active := slices.IndexFunc(out.LoadBalancers, func(b elbtypes.LoadBalancer) bool {
		return b.State != nil && b.State.Code == elbtypes.LoadBalancerStateEnumActive
	})
	if active < 0 {
		return d.lookAtSleep(ctx, seen)
	}
	seen.state, seen.gallery = serving, "http://"+aws.ToString(out.LoadBalancers[active].DNSName)
	if d.settings.Domain != "" {
		seen.gallery = "https://" + d.settings.Domain
	}
	if seen.isLed, err = d.isFresh(ctx); seen.isLed {
		seen.state = waking
	}
	return seen, err
}

// lookAtRelease reads how far a release is.
func (d *door) lookAtRelease(ctx context.Context, seen sight, arn string) (sight, error) {
	seen.state = waking
	past, err := records.ReadHistory(ctx, d.table, d.settings.Table)
	if err != nil && release.CodeOf(err) != release.Unexpected {
		return seen, err
	}
	seen.usual = d.usual(past)
	seen.progress, err = execution.Look(ctx, d.executions, arn)
	return seen, err
}

// lookAtSleep finds out whether a release has just been started, or has failed.
func (d *door) lookAtSleep(ctx context.Context, seen sight) (sight, error) {
	seen.state = asleep
	past, err := records.ReadHistory(ctx, d.table, d.settings.Table)
	if err != nil && release.CodeOf(err) != release.Unexpected {
		return seen, err
	}
	seen.usual = d.usual(past)
	if seen.remember.Execution != "" {
		status, err := d.status(ctx, d.execution(seen.remember.Execution))
		if err != nil {
			return seen, err
		}
		if isRunning(status) {
			return d.lookAtRelease(ctx, seen, d.execution(seen.remember.Execution))
		}
		seen.isLost = status == "" && !servedSince(past, seen.remember.At)
		// A waking that a teardown stops has not failed.
		hasFailed := status == types.ExecutionStatusFailed || status == types.ExecutionStatusTimedOut
		seen.failed = hasFailed && !servedSince(past, seen.remember.At) && seen.remember.Asked.Before(seen.remember.At)
	}
	if servedSince(past, seen.remember.Asked) {
		seen.remember.Asked = time.Time{}
	}
	seen.refusal, seen.until, err = d.refuses(ctx, seen.remember, time.Now())
	return seen, err
}

func servedSince(past release.History, at time.Time) bool {
	return slices.ContainsFunc(past, func(e release.Entry) bool { return e.Served && !e.Began.Before(at) })
}
