package awsstack

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation/types"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs"
	logtypes "github.com/aws/aws-sdk-go-v2/service/cloudwatchlogs/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/s3"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack"
	"photogallery/release"
)

// account is an embedded cloud with what only the command line asks for: CloudFormation's stacks,
// and logs.
type account struct {
	*testing.T
	*stack.Stack
	stacks []types.Stack
	puts   int // objects that were stored
	events []logtypes.FilteredLogEvent
}

// inAccount runs a scenario on the stack photogallery-main in virtual time.
func inAccount(t *testing.T, scenario func(t *testing.T, a *account)) {
	t.Helper()
	inAccountThatSleeps(t, 0, scenario)
}

// inAccountThatSleeps has the option sleepAfter.
func inAccountThatSleeps(t *testing.T, after time.Duration, scenario func(t *testing.T, a *account)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		deployed, err := stack.New(stack.Options{Environment: "main", Kind: machine.NewSimulated(nil), Random: func() float64 { return 0.5 }, SleepAfter: after})
		if err != nil {
			t.Fatal(err)
		}
		defer deployed.Close()
		a := &account{T: t, Stack: deployed}
		a.stacks = []types.Stack{
			{StackName: aws.String("CDKToolkit"), StackStatus: types.StackStatusCreateComplete},
			a.described("photogallery-main", nil),
		}
		fabric.Handle(deployed.Cloud.Fabric, "CloudFormation", "DescribeStacks", a.describeStacks)
		deployed.Cloud.Fabric.Observe(func(call fabric.Call) {
			if call.Operation.String() == "S3.PutObject" && call.Err == nil {
				a.puts++
			}
		})
		fabric.Handle(deployed.Cloud.Fabric, "CloudWatch Logs", "FilterLogEvents", a.filterLogEvents)
		scenario(t, a)
	})
}

// described returns a stack with the outputs of the CDK app, of which some are left out or are
// others.
func (a *account) described(name string, others map[string]string) types.Stack {
	outputs := map[string]string{
		environmentOutput: "main", releaseMachineOutput: a.Settings.ReleaseMachine, teardownMachineOutput: a.Settings.TeardownMachine,
		photoBucketOutput: a.Settings.Bucket, bundleBucketOutput: a.Settings.Bucket, tableOutput: a.Settings.Table,
		uploadKeyOutput: "s3://" + a.Settings.Bucket + "/upload-key/key", logGroupOutput: "/photogallery/main/instances",
		dashboardOutput: "https://us-east-1.console.aws.amazon.com/cloudwatch/home",
	}
	described := types.Stack{StackName: aws.String(name), StackStatus: types.StackStatusCreateComplete}
	for key, value := range others {
		outputs[key] = value
	}
	for key, value := range outputs {
		if value != "" {
			described.Outputs = append(described.Outputs, types.Output{OutputKey: aws.String(key), OutputValue: aws.String(value)})
		}
	}
	return described
}

func (a *account) open() *Stack {
	a.Helper()
	s, err := Open(a.Context(), a.Cloud.Fabric.Config(), "photogallery-main")
	if err != nil {
		a.Fatal(err)
	}
	return s
}

func (a *account) runs(arn string, err error) {
	a.Helper()
	if err != nil {
		a.Fatal(err)
	}
	if end, err := a.Await(a.Context(), arn); err != nil || end.Status != "SUCCEEDED" {
		a.Fatalf("%s ended %s %s: %s, %v", end.Name, end.Status, end.Error, end.Cause, err)
	}
}

// refuse answers an operation with an error as often as is said.
func (a *account) refuse(operation, code string, times int) {
	var asked atomic.Int64 // a status asks several services at once
	a.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
		if call.Operation.String() == operation && asked.Add(1) <= int64(times) {
			return nil, fabric.Errorf(code, "%s is refused", operation)
		}
		return next()
	})
}

// describeStacks lists one a page.
func (a *account) describeStacks(in *cloudformation.DescribeStacksInput) (*cloudformation.DescribeStacksOutput, error) {
	if in.StackName == nil {
		at, _ := strconv.Atoi(aws.ToString(in.NextToken)) // none is the first page
		out := &cloudformation.DescribeStacksOutput{Stacks: a.stacks[at:min(at+1, len(a.stacks))]}
		if at+1 < len(a.stacks) {
			out.NextToken = aws.String(strconv.Itoa(at + 1))
		}
		return out, nil
	}
	for _, one := range a.stacks {
		if *one.StackName == *in.StackName {
			return &cloudformation.DescribeStacksOutput{Stacks: []types.Stack{one}}, nil
		}
	}
	return nil, fabric.Errorf("ValidationError", "Stack with id %s does not exist", *in.StackName)
}

// put stores an object.
func (a *account) put(key, content string) {
	a.Helper()
	_, err := a.Clients.S3.PutObject(a.Context(), &s3.PutObjectInput{Bucket: aws.String(a.Settings.Bucket), Key: aws.String(key), Body: strings.NewReader(content)})
	if err != nil {
		a.Fatal(err)
	}
}

// object returns an object's content.
func (a *account) object(key string) string {
	a.Helper()
	out, err := a.Clients.S3.GetObject(a.Context(), &s3.GetObjectInput{Bucket: aws.String(a.Settings.Bucket), Key: aws.String(key)})
	if err != nil {
		a.Fatal(err)
	}
	content, err := io.ReadAll(out.Body)
	if err != nil {
		a.Error(err)
	}
	return string(content)
}

// filterLogEvents finds two a page.
func (a *account) filterLogEvents(in *cloudwatchlogs.FilterLogEventsInput) (*cloudwatchlogs.FilterLogEventsOutput, error) {
	if *in.LogGroupName != "/photogallery/main/instances" {
		return nil, fabric.Errorf("ResourceNotFoundException", "The specified log group does not exist.")
	}
	var found []logtypes.FilteredLogEvent
	for _, event := range a.events {
		if *event.Timestamp >= aws.ToInt64(in.StartTime) && strings.HasPrefix(*event.LogStreamName, aws.ToString(in.LogStreamNamePrefix)) {
			found = append(found, event)
		}
	}
	slices.SortStableFunc(found, func(a, b logtypes.FilteredLogEvent) int { return int(*a.Timestamp - *b.Timestamp) })
	at, _ := strconv.Atoi(aws.ToString(in.NextToken)) // none is the first page
	out := &cloudwatchlogs.FilterLogEventsOutput{Events: found[min(at, len(found)):min(at+2, len(found))]}
	if at+2 <= len(found) {
		out.NextToken = aws.String(strconv.Itoa(at + 2)) // of an empty page too, as AWS does
	}
	return out, nil
}

func wantError(t *testing.T, err error, code release.Code, words ...string) {
	t.Helper()
	if release.CodeOf(err) != code {
		t.Errorf("it is %q: %v", release.CodeOf(err), err)
	}
	for _, word := range words {
		if !strings.Contains(fmt.Sprint(err), word) {
			t.Errorf("%q does not say %q", err, word)
		}
	}
}

// builder launches one and waits until it runs.
func (a *account) builder(image string) (id string) {
	a.Helper()
	tags := []ec2types.Tag{
		{Key: aws.String(release.TagEnvironment), Value: aws.String("main")}, {Key: aws.String(release.TagRole), Value: aws.String(release.RoleBuilder)},
	}
	out, err := a.Clients.EC2.RunInstances(a.Context(), &ec2.RunInstancesInput{
		ImageId: &image, InstanceType: "t4g.small", MinCount: aws.Int32(1), MaxCount: aws.Int32(1),
		SubnetId:          aws.String(a.Settings.PublicSubnets[0]),
		TagSpecifications: []ec2types.TagSpecification{{ResourceType: ec2types.ResourceTypeInstance, Tags: tags}},
	})
	if err != nil {
		a.Fatal(err)
	}
	time.Sleep(time.Minute)
	return *out.Instances[0].InstanceId
}
