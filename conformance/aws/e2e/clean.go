package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/smithy-go"

	"photogallery/internal/awsstack"
	"photogallery/release"
)

var errSlow = errors.New("the time for cleaning up is over")

// clean tears down, destroys, empties the bucket and looks for leftovers. Each step runs whatever
// the result of the one before it.
func (r *run) clean(ctx context.Context) (err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, cleaningUp, errSlow)
	defer cancel()
	for _, part := range []struct {
		title string
		do    func(context.Context) (string, error)
	}{
		{"a teardown with {\"images\": \"delete\"}", r.tearDownAll},
		{"the CDK destroys the stack", r.destroy},
		{"the bucket of photos goes", r.removeBucket},
		{"nothing is left, whomever one asks", r.sweep},
	} {
		err = errors.Join(err, r.chapter(ctx, part.title, 0, part.do))
	}
	if err != nil {
		r.say("Fix the problem and clean up again: make aws-sweep ENVIRONMENT=%s", r.Environment)
	}
	return err
}

func (r *run) tearDownAll(ctx context.Context) (string, error) {
	if there, err := r.isDeployed(ctx); err != nil || !there {
		return "there is no stack to do it with", err
	}
	stack, err := awsstack.Open(ctx, r.Config, r.Environment.Name())
	if release.CodeOf(err) == release.NothingUp {
		return "the stack was not deployed to its end", nil
	}
	if err != nil {
		return "", err
	}
	r.stack = stack
	execution, err := r.start(ctx, stack.TeardownMachine, r.name("clean"), `{"images": "delete"}`)
	if err != nil {
		return "", err
	}
	_, err = r.await(ctx, execution, succeeded)
	return succeeded, err
}

func (r *run) destroy(ctx context.Context) (string, error) {
	if there, err := r.isDeployed(ctx); err != nil || !there {
		return "there is none", err
	}
	if _, err := os.Stat(filepath.Join(r.Assembly, "manifest.json")); err != nil {
		if err := r.synthesize(ctx); err != nil {
			return "", err
		}
	}
	if err := r.CDK(ctx, "destroy", r.Environment.Name(), "--app", r.Assembly, "--force"); err != nil {
		return "", err
	}
	return "gone", nil
}

// isDeployed reports whether the stack exists, in any state.
func (r *run) isDeployed(ctx context.Context) (bool, error) {
	out, err := cloudformation.NewFromConfig(r.Config).DescribeStacks(ctx, &cloudformation.DescribeStacksInput{StackName: aws.String(r.Environment.Name())})
	var refused smithy.APIError
	if errors.As(err, &refused) && refused.ErrorCode() == "ValidationError" { // no such stack
		return false, nil
	}
	return err == nil && len(out.Stacks) > 0, err
}

// sweep names what is left, after AWS was given time.
func (r *run) sweep(ctx context.Context) (string, error) {
	found, err := r.account.Await(ctx, r.Environment, r.Pause, r.Patience)
	name(r.Out, found)
	if len(found) > 0 {
		err = errors.Join(err, release.Errorf(release.LeftBehind, "left, listed above with what removes it: %s", counted(len(found))))
	}
	return "account " + r.account.ID, err
}

// synthesize writes the stack.
func (r *run) synthesize(ctx context.Context) error {
	arguments := []string{"synth", "--quiet", "--output", r.Assembly}
	for _, option := range r.options() {
		arguments = append(arguments, "--context", option)
	}
	return r.CDK(ctx, arguments...)
}

// selfTeardown is how long before the end of the time for cleaning up the stack tears itself down.
const selfTeardown = 15 * time.Minute

// options returns all options of a deployment, whatever cdk.json says. If this machine cannot clean
// up, the nightly teardown removes in time what costs money by the hour.
func (r *run) options() []string {
	at := r.until.Add(-selfTeardown).UTC()
	return []string{
		"environment=" + string(r.Environment), fmt.Sprintf("nightlyTeardown=cron(%d %d * * ? *)", at.Minute(), at.Hour()), "timeZone=UTC",
		"architecture=" + release.ARM64, "cidr=0.0.0.0/0", "morningRelease=off", "rebake=off", "sleepAfter=off", "wake=off", "wakeLimit=6", "wakeAtNight=off", "wakeConcurrency=5", "budget=off", "notify=", "topic=", "webhook=", "domain=", "hostedZone=", "uploadsOverHttp=off", "instanceConnect=off",
		"accessLogs=off", "flowLogs=on", "dashboard=off", "logDays=1", "vpc=", "publicSubnets=", "privateSubnets=", "vpcRange=10.0.0.0/16", "zones=", "ebsKey=", "settingsKey=", "role=", "instanceProfile=", "assetsBucket=", "github=", "tags=",
	}
}

func counted(resources int) string {
	if resources == 1 {
		return "1 resource"
	}
	return fmt.Sprintf("%d resources", resources)
}
