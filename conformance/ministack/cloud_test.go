//go:build conformance

package ministack_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/conformance/emulator"
	"photogallery/internal/patience"
	"photogallery/release"
)

func machine(name string) string {
	return "arn:aws:states:" + emulator.Region + ":" + emulator.Account + ":stateMachine:" + stack + "-" + name
}

func (c *cloud) start(of, name, input string) string {
	c.Helper()
	out := must(c.SFN.StartExecution(c.Context(), &sfn.StartExecutionInput{StateMachineArn: aws.String(machine(of)), Name: &name, Input: &input}))
	c.known[*out.ExecutionArn] = true
	return *out.ExecutionArn
}

// next waits for an execution that nobody here has started.
func (c *cloud) next(of string) (started string) {
	c.Helper()
	c.eventually("a "+of+" that starts by itself", func() bool {
		for _, one := range must(c.SFN.ListExecutions(c.Context(), &sfn.ListExecutionsInput{StateMachineArn: aws.String(machine(of))})).Executions {
			if !c.known[*one.ExecutionArn] {
				started = *one.ExecutionArn
			}
		}
		return started != ""
	})
	c.known[started] = true
	return started
}

// ends waits for the end and checks it: by the name of the last state, and words in its cause.
func (c *cloud) ends(of, last string, words ...string) {
	c.Helper()
	out := must(emulator.Await(c.Context(), c.SFN, of))
	path := must(emulator.Path(c.Context(), c.SFN, of))
	if len(path) == 0 || path[len(path)-1] != last {
		c.Fatalf("%s ended %s %s: %s\nby way of %v\nwant %s", of, out.Status, aws.ToString(out.Error), aws.ToString(out.Cause), path, last)
	}
	for _, word := range words {
		if !strings.Contains(aws.ToString(out.Cause), word) {
			c.Errorf("the cause says %q, not %q", aws.ToString(out.Cause), word)
		}
	}
}

func (c *cloud) eventually(what string, is func() bool) {
	c.Helper()
	for deadline := time.Now().Add(patience.Limit); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Now().After(deadline) {
			c.Fatalf("%s does not come", what)
		}
	}
}

// builder waits for the instance that builds a release.
func (c *cloud) builder(of string) (id string) {
	c.Helper()
	filters := []types.Filter{
		{Name: aws.String("tag:" + release.TagRole), Values: []string{release.RoleBuilder}}, {Name: aws.String("tag:" + release.TagRelease), Values: []string{of}},
	}
	c.eventually("the builder", func() bool {
		for _, reservation := range must(c.EC2.DescribeInstances(c.Context(), &ec2.DescribeInstancesInput{Filters: filters})).Reservations {
			id = *reservation.Instances[0].InstanceId
		}
		return id != ""
	})
	return id
}

// report sends the event with which a builder reports its result.
func (c *cloud) report(of, status, reason string) {
	c.Helper()
	detail := must(json.Marshal(map[string]any{"instance": c.builder(of), "release": of, "status": status, "reason": reason}))
	event := map[string]string{"Source": stack + ".builder", "DetailType": "Build Result", "Detail": string(detail)}
	var put struct{ FailedEntryCount int }
	c.ask("events", "AWSEvents.PutEvents", map[string]any{"Entries": []any{event}}, &put)
	if put.FailedEntryCount > 0 {
		c.Error("the event is refused")
	}
}

// hasten brings the schedules of a ttl to the present.
func (c *cloud) hasten() {
	c.Helper()
	group := aws.String(environment.Name())
	for _, summary := range must(c.Scheduler.ListSchedules(c.Context(), &scheduler.ListSchedulesInput{GroupName: group, NamePrefix: aws.String(environment.TTLSchedule())})).Schedules {
		one := must(c.Scheduler.GetSchedule(c.Context(), &scheduler.GetScheduleInput{GroupName: group, Name: summary.Name}))
		must(c.Scheduler.UpdateSchedule(c.Context(), &scheduler.UpdateScheduleInput{
			GroupName: group, Name: one.Name, Target: one.Target, FlexibleTimeWindow: one.FlexibleTimeWindow, ActionAfterCompletion: one.ActionAfterCompletion,
			ScheduleExpression: aws.String("at(" + time.Now().UTC().Format("2006-01-02T15:04:05") + ")"),
		}))
	}
}

// listen has the stack's topic tell a queue.
func (c *cloud) listen() {
	c.Helper()
	var made struct{ QueueUrl string }
	c.ask("sqs", "AmazonSQS.CreateQueue", map[string]string{"QueueName": "messages"}, &made)
	c.queue = made.QueueUrl
	response := must(http.PostForm(c.server.Endpoint()+"/", url.Values{
		"Action": {"Subscribe"}, "Version": {"2010-03-31"}, "TopicArn": {c.physical("AWS::SNS::Topic")}, "Protocol": {"sqs"},
		"Endpoint": {"arn:aws:sqs:" + emulator.Region + ":" + emulator.Account + ":messages"},
	}))
	if response.Body.Close(); response.StatusCode != http.StatusOK {
		c.Fatalf("subscribe: %s", response.Status)
	}
}

// physical returns the physical ID of the stack's one resource of a type.
func (c *cloud) physical(kind string) (id string) {
	c.Helper()
	resources := must(cloudformation.NewFromConfig(c.server.Config()).DescribeStackResources(c.Context(), &cloudformation.DescribeStackResourcesInput{StackName: aws.String(stack)}))
	for _, resource := range resources.StackResources {
		if *resource.ResourceType == kind {
			id = *resource.PhysicalResourceId
		}
	}
	return id
}

// hears waits for a message that has these words.
func (c *cloud) hears(words ...string) {
	c.Helper()
	c.eventually(fmt.Sprintf("a message of %q", words), func() bool {
		var received struct{ Messages []struct{ Body string } }
		c.ask("sqs", "AmazonSQS.ReceiveMessage", map[string]any{"QueueUrl": c.queue, "MaxNumberOfMessages": 10}, &received)
		for _, message := range received.Messages {
			has := true
			for _, word := range words {
				has = has && strings.Contains(message.Body, word)
			}
			if has {
				return true
			}
		}
		return false
	})
}

// count adds to the answers that the load balancer has counted of a slot in each minute.
func (c *cloud) count(slot release.Slot, requests, errors float64) {
	c.Helper()
	balancers := must(c.ELB.DescribeLoadBalancers(c.Context(), &elb.DescribeLoadBalancersInput{Names: []string{environment.Name()}}))
	groups := must(c.ELB.DescribeTargetGroups(c.Context(), &elb.DescribeTargetGroupsInput{}))
	for _, group := range groups.TargetGroups {
		isBlue := *group.TargetGroupName == environment.Name() // green's name is CloudFormation's
		if isBlue == (slot == release.Blue) {
			err := emulator.Count(c.Context(), c.CloudWatch, *balancers.LoadBalancers[0].LoadBalancerArn, *group.TargetGroupArn, requests, errors)
			if err != nil {
				c.Fatal(err)
			}
		}
	}
}

// must is for what a MiniStack that works does not refuse.
func must[Out any](out Out, err error) Out {
	if err != nil {
		panic(err)
	}
	return out
}
