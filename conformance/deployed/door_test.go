//go:build conformance

package deployed

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudformation"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/lambdas/door"
	"photogallery/release"
)

// frontDoor has visitors wake the gallery, and lets it go to sleep when nobody looks any more.
func (c *cloud) frontDoor() {
	c.shows("asleep")
	for range 2 {
		c.want("the answer to a click", c.asks(http.MethodPost, door.Field+"=yes").StatusCode, http.StatusSeeOther)
	}
	c.shows("waking up")
	woken := c.wakings()
	c.want("releases that two clicks have started", len(woken), 1)
	c.await(woken[0]).ends("Succeeded")
	c.serves(release.NameOf(woken[0]))
	c.eventually("the way in", func() bool { return c.asks(http.MethodGet, "").StatusCode == http.StatusFound })
	c.want("where the way in leads", c.asks(http.MethodGet, "").Headers["location"], "http://"+c.entrance()+"/")
	c.unvisited()
	c.eventually("sleep", func() bool { return strings.Contains(c.asks(http.MethodGet, "").Body, "asleep") })
	c.nothing(1)
}

func (c *cloud) shows(words string) {
	c.Helper()
	if page := c.asks(http.MethodGet, ""); page.StatusCode != http.StatusServiceUnavailable || !strings.Contains(page.Body, words) {
		c.Fatalf("the door answers %d, and not that it is %s: %s", page.StatusCode, words, page.Body)
	}
}

// asks invokes the front door as its URL does for a browser. Lambda encodes forms.
// https://docs.aws.amazon.com/lambda/latest/dg/urls-invocation.html
func (c *cloud) asks(method, form string) (answer events.LambdaFunctionURLResponse) {
	c.Helper()
	host := c.doorHost()
	request := events.LambdaFunctionURLRequest{
		Version: "2.0", RawPath: "/", Body: base64.StdEncoding.EncodeToString([]byte(form)), IsBase64Encoded: form != "",
		Headers: map[string]string{"host": host, "accept": "text/html,*/*;q=0.8", "sec-fetch-mode": "navigate", "sec-fetch-site": "same-origin"},
		RequestContext: events.LambdaFunctionURLRequestContext{
			AccountID: "anonymous", DomainName: host, HTTP: events.LambdaFunctionURLRequestContextHTTPDescription{Method: method, Path: "/", Protocol: "HTTP/1.1", SourceIP: "203.0.113.1"},
		},
	}
	c.invoke("front-door", request, &answer)
	return answer
}

// doorHost is the host in the stack's output.
func (c *cloud) doorHost() string {
	c.Helper()
	out, err := c.CloudFormation.DescribeStacks(c.Context(), &cloudformation.DescribeStacksInput{StackName: aws.String(stack)})
	if err != nil {
		c.Fatal(err)
	}
	for _, output := range out.Stacks[0].Outputs {
		if *output.OutputKey != "FrontDoorUrl" {
			continue
		}
		if address, err := url.Parse(*output.OutputValue); err == nil && address.Scheme == "https" {
			return address.Host
		}
		c.Fatalf("the address of the front door is %q", *output.OutputValue)
	}
	c.Fatal("the stack has no output FrontDoorUrl")
	return ""
}

// wakings returns the releases that visitors have started.
func (c *cloud) wakings() (started []string) {
	c.Helper()
	out, err := c.SFN.ListExecutions(c.Context(), &sfn.ListExecutionsInput{StateMachineArn: aws.String(machineARN(environment.ReleaseMachine()))})
	if err != nil {
		c.Fatal(err)
	}
	for _, execution := range out.Executions {
		if strings.HasPrefix(*execution.Name, "wake-") {
			started = append(started, *execution.ExecutionArn)
		}
	}
	return started
}

// entrance is the name of the environment's load balancer.
func (c *cloud) entrance() string {
	c.Helper()
	out, err := c.ELB.DescribeLoadBalancers(c.Context(), &elb.DescribeLoadBalancersInput{Names: []string{environment.Name()}})
	if err != nil {
		c.Fatal(err)
	}
	return *out.LoadBalancers[0].DNSName
}

// unvisited is the event of the alarm that finds no more visits, and what the deployed rule makes of it.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html
func (c *cloud) unvisited() {
	c.Helper()
	before, alarm := c.started, environment.UnvisitedAlarm()
	_, err := c.CloudWatch.SetAlarmState(c.Context(), &cloudwatch.SetAlarmStateInput{AlarmName: &alarm, StateValue: types.StateValueAlarm, StateReason: aws.String("nobody visits")})
	if err != nil {
		c.Fatal(err)
	}
	err = c.publish(c.Context(), "aws.cloudwatch", release.AlarmStateEvent, map[string]any{
		"alarmName": alarm, "state": map[string]any{"value": "ALARM"}, "previousState": map[string]any{"value": "OK"},
	})
	if err != nil {
		c.Fatal(err)
	}
	c.want("teardowns that the alarm has started", c.started-before, 1)
	c.await(c.event()).ends("Succeeded")
}
