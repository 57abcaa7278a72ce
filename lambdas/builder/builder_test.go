package builder_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/aws/aws-sdk-go-v2/aws"
	awsec2 "github.com/aws/aws-sdk-go-v2/service/ec2"

	"photogallery/gallery-ami/recipe"
	"photogallery/internal/localcloud/dynamodb"
	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/localcloud/ssm"
	"photogallery/internal/localcloud/stepfunctions"
	"photogallery/lambdas/builder"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

const (
	table     = "photogallery-main"
	parameter = "/aws/service/base"
	base      = "ami-00000000"
)

var plan = release.Plan{
	Release: "r1", Version: "1.0", Digest: "d1", InstanceType: "t4g.small", MinSize: 2, MaxSize: 5,
	Bundle: release.Bundle{Bucket: "photos", Key: "bundles/a.tar.gz", SHA256: strings.Repeat("a", 64), Needs: release.Needs{HealthPath: "/healthz", StartSeconds: 90}},
}

// build is the part of the release machine that launches a builder and awaits its result.
const build = `{"StartAt": "Begin", "States": {
	"Begin": {"Type": "Choice", "Choices": [{"Variable": "$.builder", "IsPresent": true, "Next": "AwaitBuild"}], "Default": "LaunchBuilder"},
	"LaunchBuilder": {"Type": "Task", "Resource": "${LaunchBuilder}", "Parameters": {"execution.$": "$$.Execution.Id", "plan.$": "$.plan"}, "ResultPath": "$.builder", "Next": "Dawdle"},
	"Dawdle": {"Type": "Wait", "Seconds": %.0f, "Next": "AwaitBuild"},
	"AwaitBuild": {"Type": "Task", "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken", "TimeoutSeconds": 1800, "HeartbeatSeconds": 120,
		"Parameters": {"FunctionName": "${AwaitBuild}", "Payload": {"execution.$": "$$.Execution.Id", "plan.$": "$.plan", "instance.$": "$.builder.instance", "token.$": "$$.Task.Token"}},
		"Retry": [{"ErrorEquals": ["States.HeartbeatTimeout", "States.Timeout"], "IntervalSeconds": 1, "MaxAttempts": 15, "BackoffRate": 1}], "End": true}}}`

type cloud struct {
	*testing.T
	fabric   *fabric.Fabric
	ec2      *ec2.Service
	machines *stepfunctions.Service
	clients  step.Clients
	settings step.Settings
}

func inCloud(t *testing.T, behavior machine.Behavior, test func(c cloud)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		c := cloud{
			T: t, fabric: f,
			ec2:      ec2.New(f, machine.NewSimulated(func(machine.Spec) machine.Behavior { return behavior })),
			machines: stepfunctions.New(f, stepfunctions.Options{}),
			clients:  step.NewClients(f.Config(), nil),
			settings: step.Settings{
				Environment: "main", Table: table, BaseImageParameter: parameter, PublicSubnets: []string{"subnet-a", "subnet-b"},
				BuilderProfile: "arn:aws:iam::123456789012:instance-profile/builder", BuilderSecurityGroup: "sg-builder",
			},
		}
		tables, parameters := dynamodb.New(f), ssm.New(f)
		f.Do(func() {
			tables.AddTable(table, records.Key)
			parameters.Set(parameter, base)
			c.ec2.SetBaseImage(base)
			c.ec2.AddSubnet("subnet-a", "us-east-1a")
			c.ec2.AddSubnet("subnet-b", "us-east-1b")
		})
		defer c.machines.Close()
		defer f.Close()
		test(c)
	})
}

func (c cloud) handler(s step.Step) step.Handler {
	return s.Handler(c.clients, c.settings, slog.New(slog.DiscardHandler))
}

func (c cloud) invoke(s step.Step, in any, out any) error {
	c.Helper()
	payload, err := json.Marshal(in)
	if err != nil {
		c.Fatal(err)
	}
	answer, err := c.handler(s).Invoke(c.Context(), payload)
	if err == nil {
		err = json.Unmarshal(answer, out)
	}
	return err
}

func (c cloud) launch() (builder.Launched, error) {
	c.Helper()
	var launched builder.Launched
	err := c.invoke(builder.LaunchBuilder, builder.LaunchInput{Plan: plan}, &launched)
	return launched, err
}

func (c cloud) mustLaunch() builder.Launched {
	c.Helper()
	launched, err := c.launch()
	if err != nil {
		c.Fatal(err)
	}
	return launched
}

func (c cloud) instances() (all []ec2.Instance) {
	c.fabric.Do(func() { all = c.ec2.Instances() })
	return all
}

// resumeOn hands every event to Resume, as the stack's rules do, and more than those.
func (c cloud) resumeOn(heard func(fabric.Event) bool) {
	c.fabric.Rule(heard, func(event fabric.Event) {
		err := c.invoke(builder.Resume, event, &struct{}{})
		if err != nil && c.fabric.Context().Err() == nil {
			c.Error(err)
		}
	})
}

func every(fabric.Event) bool { return true }

// build runs the build part of the release machine to its end, after dawdling before AwaitBuild.
func (c cloud) build(dawdle time.Duration) stepfunctions.Snapshot {
	c.Helper()
	return c.run(dawdle, map[string]any{"plan": plan})
}

// await begins at AwaitBuild, for an instance that was launched before.
func (c cloud) await(instance string) stepfunctions.Snapshot {
	c.Helper()
	return c.run(0, map[string]any{"plan": plan, "builder": map[string]string{"instance": instance}})
}

func (c cloud) run(dawdle time.Duration, in map[string]any) stepfunctions.Snapshot {
	c.Helper()
	arn, err := c.machines.AddMachine("build", fmt.Appendf(nil, build, dawdle.Seconds()), map[string]stepfunctions.Function{
		"LaunchBuilder": c.handler(builder.LaunchBuilder), "AwaitBuild": c.handler(builder.AwaitBuild),
	})
	if err != nil {
		c.Fatal(err)
	}
	input, err := json.Marshal(in)
	if err != nil {
		c.Fatal(err)
	}
	var execution string
	c.fabric.Do(func() { execution, err = c.machines.Start(arn, "r1", string(input)) })
	if err != nil {
		c.Fatal(err)
	}
	ended, err := c.machines.Await(c.Context(), execution)
	if err != nil {
		c.Fatal(err)
	}
	return ended
}

func TestBuilderResultEndsTheWait(t *testing.T) {
	const usual, late = 0, time.Hour
	tests := map[string]struct {
		behavior      machine.Behavior
		dawdle        time.Duration
		status, error string
		says          string
	}{
		"success":                        {machine.Behavior{}, usual, "SUCCEEDED", "", ""},
		"success before anybody waits":   {machine.Behavior{}, late, "SUCCEEDED", "", ""},
		"failure":                        {machine.Behavior{Build: machine.BuildFails, Reason: "pip: no space"}, usual, "FAILED", "BuildFailed", "pip: no space"},
		"failure before anybody waits":   {machine.Behavior{Build: machine.BuildFails, Reason: "pip: no space"}, late, "FAILED", "BuildFailed", "pip: no space"},
		"a death":                        {machine.Behavior{Build: machine.BuilderDies}, usual, "FAILED", "BuilderDied", "before it reported a result (Client.InstanceInitiatedShutdown: "},
		"a death before anybody waits":   {machine.Behavior{Build: machine.BuilderDies}, late, "FAILED", "BuilderDied", "before it reported a result (Client.InstanceInitiatedShutdown: "},
		"a builder that says nothing":    {machine.Behavior{Build: machine.BuildSilent}, usual, "FAILED", "States.Timeout", ""},
		"a reason that is a whole novel": {machine.Behavior{Build: machine.BuildFails, Reason: strings.Repeat("x", 5000) + " the end"}, usual, "FAILED", "BuildFailed", "the end"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inCloud(t, test.behavior, func(c cloud) {
				c.resumeOn(every)
				ended := c.build(test.dawdle)
				if string(ended.Status) != test.status || ended.Error != test.error {
					t.Errorf("ended %s %s: %s", ended.Status, ended.Error, ended.Cause)
				}
				if !strings.Contains(ended.Cause, test.says) || len(ended.Cause) > 2500 {
					t.Errorf("the cause %q does not say %q, or too much", ended.Cause, test.says)
				}
			})
		})
	}
}

// The heartbeat runs the step again, which finds the instance gone, or the record that the event's
// redelivery left.
func TestMissedTerminationIsSeenAtTheNextHeartbeat(t *testing.T) {
	inCloud(t, machine.Behavior{Build: machine.BuilderDies}, func(c cloud) {
		started := time.Now()
		ended := c.build(0)
		if ended.Error != "BuilderDied" || time.Since(started) > 10*time.Minute {
			t.Errorf("ended %s after %s: %s", ended.Error, time.Since(started), ended.Cause)
		}
	})
}

func TestBuildResultOutlivesItsBuilder(t *testing.T) {
	inCloud(t, machine.Behavior{}, func(c cloud) {
		c.resumeOn(every)
		launched := c.mustLaunch()
		time.Sleep(10 * time.Minute)
		if err := c.invoke(builder.TerminateBuilder, builder.TerminateInput{Plan: plan}, &struct{}{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Minute)
		if ended := c.await(launched.Instance); ended.Status != "SUCCEEDED" {
			t.Errorf("ended %s %s: %s", ended.Status, ended.Error, ended.Cause)
		}
	})
}

func TestForgedAndForeignEventsChangeNothing(t *testing.T) {
	inCloud(t, machine.Behavior{Build: machine.BuildSilent}, func(c cloud) {
		launched := c.mustLaunch()
		var stranger string
		run, err := c.clients.EC2.RunInstances(c.Context(), &awsec2.RunInstancesInput{
			ImageId: aws.String(base), InstanceType: "t4g.small", SubnetId: aws.String("subnet-a"), MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		})
		if err != nil {
			t.Fatal(err)
		}
		stranger = *run.Instances[0].InstanceId
		for name, event := range map[string]string{
			"another release's result":    `{"detail-type": "Build Result", "detail": {"instance": "` + launched.Instance + `", "release": "r0", "status": "success", "reason": ""}}`,
			"a result without a release":  `{"detail-type": "Build Result", "detail": {"instance": "` + launched.Instance + `", "status": "success"}}`,
			"a status nobody knows":       `{"detail-type": "Build Result", "detail": {"instance": "` + launched.Instance + `", "release": "r1", "status": "maybe"}}`,
			"an instance that runs":       `{"detail-type": "EC2 Instance State-change Notification", "detail": {"instance-id": "` + launched.Instance + `", "state": "running"}}`,
			"the end of another instance": `{"detail-type": "EC2 Instance State-change Notification", "detail": {"instance-id": "` + stranger + `", "state": "terminated"}}`,
			"the end of an unknown one":   `{"detail-type": "EC2 Instance State-change Notification", "detail": {"instance-id": "i-0aaaaaaaaaaaaaaaa", "state": "terminated"}}`,
			"what is no instance's ID":    `{"detail-type": "Build Result", "detail": {"instance": "*", "release": "r1", "status": "success"}}`,
			"another event":               `{"detail-type": "EC2 AMI State Change", "detail": {"ImageId": "ami-1"}}`,
		} {
			if err := c.invoke(builder.Resume, json.RawMessage(event), &struct{}{}); err != nil {
				t.Errorf("%s: %v", name, err)
			}
		}
		// The true result still counts.
		genuine := `{"detail-type": "Build Result", "detail": {"instance": "` + launched.Instance + `", "release": "r1", "status": "failure", "reason": "the true one"}}`
		if err := c.invoke(builder.Resume, json.RawMessage(genuine), &struct{}{}); err != nil {
			t.Fatal(err)
		}
		if ended := c.build(0); ended.Error != "BuildFailed" || !strings.Contains(ended.Cause, "the true one") {
			t.Errorf("ended %s: %s", ended.Error, ended.Cause)
		}
	})
}

func TestBuilderIsLaunchedOnce(t *testing.T) {
	inCloud(t, machine.Behavior{}, func(c cloud) {
		first := c.mustLaunch()
		time.Sleep(time.Minute)
		for range 3 {
			if again := c.mustLaunch(); again != first {
				t.Errorf("got %+v after %+v", again, first)
			}
		}
		if n := len(c.instances()); n != 1 {
			t.Errorf("%d instances", n)
		}
	})
}

func TestInvisibleBuilderIsNotLaunchedTwice(t *testing.T) {
	inCloud(t, machine.Behavior{}, func(c cloud) {
		c.fabric.Do(func() { c.ec2.SetLag(30 * time.Second) })
		first := c.mustLaunch()
		if again := c.mustLaunch(); again != first || len(c.instances()) != 1 {
			t.Errorf("got %+v after %+v, and %d instances", again, first, len(c.instances()))
		}
	})
}

// Client tokens are the account's: the same one with other parameters is refused.
func TestReleasesOfOneNameInTwoEnvironmentsLaunchABuilderEach(t *testing.T) {
	inCloud(t, machine.Behavior{}, func(c cloud) {
		first := c.mustLaunch()
		c.settings.Environment = "staging"
		if second := c.mustLaunch(); second.Instance == first.Instance || len(c.instances()) != 2 {
			t.Errorf("got %+v after %+v", second, first)
		}
	})
}

func TestLostAnswerLaunchesNoSecondBuilder(t *testing.T) {
	inCloud(t, machine.Behavior{}, func(c cloud) {
		lost := false
		c.fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			out, err := next()
			if call.Operation.Name == "RunInstances" && !lost {
				lost = true
				return nil, fabric.Errorf("RequestLimitExceeded", "the answer is lost")
			}
			return out, err
		})
		c.mustLaunch()
		if n := len(c.instances()); n != 1 {
			t.Errorf("%d instances", n)
		}
	})
}

func TestBuilderHasItsTagsAndBundle(t *testing.T) {
	inCloud(t, machine.Behavior{}, func(c cloud) {
		var asked *awsec2.RunInstancesInput
		c.fabric.Observe(func(call fabric.Call) {
			if in, is := call.Input.(*awsec2.RunInstancesInput); is {
				asked = in
			}
		})
		launched := c.mustLaunch()
		one := c.instances()[0]
		want := map[string]string{
			"Name": "photogallery-main-builder", release.TagEnvironment: "main", release.TagRelease: "r1", release.TagRole: release.RoleBuilder,
		}
		for key, value := range want {
			if one.Tags[key] != value {
				t.Errorf("tag %s is %q, want %q", key, one.Tags[key], value)
			}
		}
		if one.ID != launched.Instance || one.Zone != launched.Zone || one.ImageID != base {
			t.Errorf("got %+v, launched %+v", one, launched)
		}
		if asked.MetadataOptions.HttpTokens != "required" || !*asked.BlockDeviceMappings[0].Ebs.Encrypted || asked.InstanceInitiatedShutdownBehavior != "terminate" || asked.KeyName != nil {
			t.Errorf("asked for %+v", asked)
		}
		told, err := recipe.ReadBuilder(decode(t, *asked.UserData))
		if err != nil || told.Key != plan.Bundle.Key || told.SHA256 != plan.Bundle.SHA256 || told.Release != "r1" || told.Region != fabric.Region || told.HealthPath != "/healthz" || told.StartSeconds != "90" {
			t.Errorf("told %+v, %v", told, err)
		}
	})
}

func TestBuilderVolumeUsesTheStackKey(t *testing.T) {
	for _, key := range []string{"", "arn:aws:kms:us-east-1:123456789012:key/0ea3fef3-80a7-4778-9d8c-1c0c6f4c3d2a"} {
		inCloud(t, machine.Behavior{}, func(c cloud) {
			c.settings.EBSKey = key
			var asked *awsec2.RunInstancesInput
			c.fabric.Observe(func(call fabric.Call) {
				if in, is := call.Input.(*awsec2.RunInstancesInput); is {
					asked = in
				}
			})
			c.mustLaunch()
			if disk := asked.BlockDeviceMappings[0].Ebs; aws.ToString(disk.KmsKeyId) != key || (disk.KmsKeyId == nil) != (key == "") {
				t.Errorf("the disk is %+v, want the key %q", disk, key)
			}
		})
	}
}

func TestBuilderLaunchesWhereThereIsCapacity(t *testing.T) {
	tests := map[string]struct {
		full []string
		zone string
	}{
		"everywhere":             {nil, "us-east-1a"},
		"not in the first zone":  {[]string{"us-east-1a"}, "us-east-1b"},
		"not in the second zone": {[]string{"us-east-1b"}, "us-east-1a"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			inCloud(t, machine.Behavior{}, func(c cloud) {
				c.setFull(test.full...)
				if launched := c.mustLaunch(); launched.Zone != test.zone || c.instances()[0].Zone != test.zone {
					t.Errorf("got %+v, want zone %s", launched, test.zone)
				}
			})
		})
	}
}

func TestBuilderRetriesUntilThereIsCapacity(t *testing.T) {
	inCloud(t, machine.Behavior{}, func(c cloud) {
		c.setFull("us-east-1a", "us-east-1b")
		_, err := c.launch()
		var reported messages.InvokeResponse_Error
		if !errors.As(err, &reported) || reported.Type != string(release.CapacityUnavailable) || !strings.Contains(reported.Message, "us-east-1a, us-east-1b") {
			t.Fatalf("got %v", err)
		}
		c.setFull()
		if c.mustLaunch(); len(c.instances()) != 1 {
			t.Errorf("got %+v", c.instances())
		}
	})
}

func TestTerminateEndsTheReleasesBuildersAlone(t *testing.T) {
	inCloud(t, machine.Behavior{}, func(c cloud) {
		other := plan
		other.Release = "r2"
		var kept builder.Launched
		if err := c.invoke(builder.LaunchBuilder, builder.LaunchInput{Plan: other}, &kept); err != nil {
			t.Fatal(err)
		}
		gone := c.mustLaunch()
		for range 2 {
			if err := c.invoke(builder.TerminateBuilder, builder.TerminateInput{Plan: plan}, &struct{}{}); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
		for _, instance := range c.instances() {
			if ended := instance.State == ec2.Terminated; ended != (instance.ID == gone.Instance) {
				t.Errorf("%s is %s; kept %s, gone %s", instance.ID, instance.State, kept.Instance, gone.Instance)
			}
		}
	})
}

func (c cloud) setFull(zones ...string) {
	c.fabric.Do(func() {
		for _, zone := range fabric.Zones() {
			c.ec2.SetCapacity(zone, !slices.Contains(zones, zone))
		}
	})
}

func decode(t *testing.T, userData string) string {
	t.Helper()
	decoded, err := base64.StdEncoding.DecodeString(userData)
	if err != nil {
		t.Fatal(err)
	}
	return string(decoded)
}
