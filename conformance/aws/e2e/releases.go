package e2e

import (
	"context"
	"errors"
	"fmt"

	"photogallery/internal/awsstack"
)

func (r *run) deploy(ctx context.Context) (string, error) {
	if err := r.synthesize(ctx); err != nil {
		return "", err
	}
	if err := r.CDK(ctx, "deploy", r.Environment.Name(), "--app", r.Assembly, "--require-approval", "never"); err != nil {
		return "", err
	}
	var err error
	r.stack, err = awsstack.Open(ctx, r.Config, r.Environment.Name())
	return "stack " + r.Environment.Name(), err
}

func (r *run) failingBuild(ctx context.Context) (string, error) {
	bundle, err := r.upload(ctx, failing)
	if err != nil {
		return "", err
	}
	out, err := r.release(ctx, r.name("failing"), fmt.Sprintf(`{"version": "fails to build", "bundle": %q}`, bundle), "FailedClean")
	if err != nil {
		return "", err
	}
	return "FailedClean", errors.Join(says(out, "BuildFailed", "status 7"), r.nothing(ctx, 0))
}

// firstRelease is the release that a person starts in the console with two clicks.
func (r *run) firstRelease(ctx context.Context) (string, error) {
	name := r.name("first")
	if _, err := r.release(ctx, name, `{"Comment": "Insert your JSON here"}`, succeeded); err != nil {
		return "", err
	}
	return r.serves(ctx, name, 1)
}

// takeOver releases by the default strategy: a second fleet.
func (r *run) takeOver(ctx context.Context) (string, error) {
	name := r.name("second")
	return r.underLoad(ctx, func() (string, error) {
		if _, err := r.release(ctx, name, `{"version": "second", "rebake": true}`, succeeded); err != nil {
			return "", err
		}
		return r.serves(ctx, name, 2)
	})
}

// roll also has a ttl, of which it only checks the schedule.
func (r *run) roll(ctx context.Context) (string, error) {
	name := r.name("third")
	return r.underLoad(ctx, func() (string, error) {
		if _, err := r.release(ctx, name, `{"strategy": "rolling", "version": "third", "rebake": true, "ttl": "24h"}`, succeeded); err != nil {
			return "", err
		}
		schedules, err := r.state.Schedules(ctx)
		if err != nil || len(schedules) != 1 {
			return "", errors.Join(fmt.Errorf("the schedules of its ttl are %v, not one", schedules), err)
		}
		return r.serves(ctx, name, 2)
	})
}

// breakVersion has the alarm on unhealthy hosts roll a refresh back, which no emulator shows.
func (r *run) breakVersion(ctx context.Context) (string, error) {
	bundle, err := r.upload(ctx, breaking)
	if err != nil {
		return "", err
	}
	return r.underLoad(ctx, func() (string, error) {
		if _, err := r.release(ctx, r.name("broken"), fmt.Sprintf(`{"strategy": "rolling", "version": "broken", "bundle": %q}`, bundle), "FailedClean"); err != nil {
			return "", err
		}
		return r.serves(ctx, r.serving.Release, 2)
	})
}

func (r *run) tearDown(ctx context.Context) (string, error) {
	execution, err := r.start(ctx, r.stack.TeardownMachine, r.name("teardown"), `{"Comment": "Insert your JSON here"}`)
	if err != nil {
		return "", err
	}
	if _, err := r.await(ctx, execution, succeeded); err != nil {
		return "", err
	}
	return "one image is kept", r.nothing(ctx, 1)
}

// expire releases the kept image, and waits for the teardown that its ttl has scheduled.
func (r *run) expire(ctx context.Context) (string, error) {
	name := r.name("expiring")
	out, err := r.release(ctx, name, `{"ttl": "8m"}`, succeeded)
	if err != nil {
		return "", err
	}
	baked, err := r.entered(ctx, *out.ExecutionArn, "LaunchBuilder")
	if err != nil || baked {
		return "", errors.Join(errors.New("a builder was launched for content that has an image"), err)
	}
	if err := r.teardownOf(ctx, "onlyIfServing", name); err != nil {
		return "", err
	}
	return "nothing was baked, and one image is kept", r.nothing(ctx, 1)
}
