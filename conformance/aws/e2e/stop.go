package e2e

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// stop stops a release, which no Catch sees, while its builder works: the rule on ended executions
// has the teardown undo it.
func (r *run) stop(ctx context.Context) (string, error) {
	name := r.name("stopped")
	execution, err := r.start(ctx, r.stack.ReleaseMachine, name, `{"version": "stopped", "rebake": true}`)
	if err != nil {
		return "", err
	}
	if err := r.building(ctx, execution); err != nil {
		return "", err
	}
	if _, err := r.stack.SFN.StopExecution(ctx, &sfn.StopExecutionInput{ExecutionArn: &execution}); err != nil {
		return "", err
	}
	if _, err := r.await(ctx, execution, "ABORTED"); err != nil {
		return "", err
	}
	if err := r.teardownOf(ctx, `"scope"`, `"`+name+`"`); err != nil {
		return "", err
	}
	return r.serves(ctx, r.serving.Release, r.images)
}

// building waits until an execution waits for its builder.
func (r *run) building(ctx context.Context, execution string) error {
	for {
		waits, err := r.entered(ctx, execution, "AwaitBuild")
		if err != nil {
			return err
		}
		builders, err := r.state.Builders(ctx)
		if err != nil || waits && builders == 1 {
			return err
		}
		if err := r.pause(ctx); err != nil {
			return err
		}
	}
}
