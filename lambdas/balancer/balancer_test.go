package balancer_test

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	autoscalingtypes "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack/steptest"
	"photogallery/lambdas/balancer"
	"photogallery/lambdas/step"
	"photogallery/release"
)

var plan = release.Plan{Release: "r1", Version: "1", InstanceType: "t4g.small", MinSize: 2, MaxSize: 5}

func ensure(e steptest.Environment) balancer.LoadBalancer {
	e.Helper()
	return steptest.Run[balancer.LoadBalancer](e, balancer.EnsureLoadBalancer, balancer.EnsureLoadBalancerInput{Plan: plan})
}

func listen(arn string) balancer.EnsureListenerInput {
	return balancer.EnsureListenerInput{Plan: plan, LoadBalancer: arn}
}

func check(made balancer.LoadBalancer, deadline time.Time) balancer.CheckLoadBalancerInput {
	return balancer.CheckLoadBalancerInput{Plan: plan, LoadBalancer: made.ARN, Deadline: deadline}
}

// entrance returns an active load balancer with its listener.
func entrance(e steptest.Environment) balancer.LoadBalancer {
	e.Helper()
	made := ensure(e)
	steptest.Run[struct{}](e, balancer.EnsureListener, listen(made.ARN))
	for made.State != "active" {
		time.Sleep(10 * time.Second)
		made = steptest.Run[balancer.LoadBalancer](e, balancer.CheckLoadBalancer, check(made, made.Deadline))
	}
	return made
}

func TestEntranceIsMadeOnce(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		first := ensure(e)
		if first.State != "provisioning" || !strings.HasPrefix(first.URL, "http://photogallery-main") || !strings.HasSuffix(first.URL, "/") {
			t.Errorf("a new load balancer is %+v", first)
		}
		active := entrance(e)
		again := entrance(e)
		if active.ARN != first.ARN || again.ARN != first.ARN || again.URL != first.URL {
			t.Errorf("made %s, then %s and %s", first.ARN, active.ARN, again.ARN)
		}
		listeners, err := e.Clients.ELB.DescribeListeners(e.Context(), &elb.DescribeListenersInput{LoadBalancerArn: aws.String(first.ARN)})
		if err != nil || len(listeners.Listeners) != 1 || *listeners.Listeners[0].DefaultActions[0].TargetGroupArn != e.Settings.TargetGroup {
			t.Errorf("%v, listeners %+v", err, listeners)
		}
	})
}

func TestAccessLogsFollowTheStack(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		for _, test := range []struct {
			given step.Optional
			want  map[string]string
		}{
			{step.Optional{}, map[string]string{"enabled": "false"}},
			{step.Optional{AccessLogBucket: "logs", AccessLogPrefix: "main"}, map[string]string{"enabled": "true", "bucket": "logs", "prefix": "main"}},
			{step.Optional{AccessLogBucket: "logs"}, map[string]string{"enabled": "true", "bucket": "logs", "prefix": ""}},
			{step.Optional{}, map[string]string{"enabled": "false"}},
		} {
			e.Settings.Optional = test.given
			ensure(e)
			e.Cloud.Fabric.Do(func() {
				got := e.Cloud.ELB.Attributes("photogallery-main")
				for attribute, want := range test.want {
					if got["access_logs.s3."+attribute] != want {
						e.Errorf("%+v: the attributes are %v", test.given, got)
					}
				}
			})
		}
	})
}

// A deployment that gives the stack other subnets or another group must not leave the entrance that
// serves in the former ones.
func TestEntranceFollowsTheStacksNetwork(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		made := ensure(e)
		e.Settings.LoadBalancerSecurityGroup = "sg-0123456789abcdef0"
		e.Settings.PublicSubnets = slices.Clone(e.Settings.PrivateSubnets)
		for range 2 { // the second time as it is
			if again := ensure(e); again.ARN != made.ARN {
				e.Errorf("made %s, then %s", made.ARN, again.ARN)
			}
			found, err := balancer.Find(e.Context(), e.Clients.ELB, e.Settings.Environment)
			if err != nil {
				e.Fatal(err)
			}
			var subnets []string
			for _, zone := range found.AvailabilityZones {
				subnets = append(subnets, *zone.SubnetId)
			}
			if slices.Sort(subnets); !slices.Equal(subnets, slices.Sorted(slices.Values(e.Settings.PublicSubnets))) {
				e.Errorf("it is in %v, want %v", subnets, e.Settings.PublicSubnets)
			}
			if !slices.Equal(found.SecurityGroups, []string{"sg-0123456789abcdef0"}) {
				e.Errorf("its groups are %v", found.SecurityGroups)
			}
		}
	})
}

func TestListenerWithOtherTargetIsRefused(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		made := entrance(e)
		e.Cloud.Fabric.Do(func() { e.Settings.TargetGroup = e.Cloud.ELB.AddTargetGroup("other", "/") })
		e.WantCode(release.LoadBalancerFailed, balancer.EnsureListener, listen(made.ARN))
	})
}

func TestNewLoadBalancerIsAwaitedUntilVisible(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		arn := strings.Replace(ensure(e).ARN, "photogallery-main/", "photogallery-main/f", 1)
		e.WantCode(release.AwsUnavailable, balancer.EnsureListener, listen(arn))
		in := check(balancer.LoadBalancer{ARN: arn}, time.Now().Add(time.Minute))
		if got := steptest.Run[balancer.LoadBalancer](e, balancer.CheckLoadBalancer, in); got.State != "provisioning" || got.ARN != arn {
			t.Errorf("it is %+v", got)
		}
	})
}

func TestEachCallOnANewLoadBalancerMayComeTooEarly(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		early := map[string]bool{"ModifyLoadBalancerAttributes": true, "DescribeListeners": true, "CreateListener": true}
		e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if early[call.Operation.Name] {
				early[call.Operation.Name] = false
				return nil, fabric.Errorf("LoadBalancerNotFound", "One or more load balancers not found")
			}
			return next()
		})
		if made := entrance(e); made.State != "active" {
			t.Errorf("it is %+v", made)
		}
	})
}

func TestLateOrFailedLoadBalancerEndsTheRelease(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		e.WantCode(release.LoadBalancerFailed, balancer.CheckLoadBalancer, check(ensure(e), time.Now().Add(-time.Second)))
	})
	steptest.In(t, nil, func(e steptest.Environment) {
		e.Cloud.Fabric.Do(func() { e.Cloud.ELB.SetFailure("no free addresses") })
		made := ensure(e)
		time.Sleep(10 * time.Minute)
		message := e.WantCode(release.LoadBalancerFailed, balancer.CheckLoadBalancer, check(made, made.Deadline.Add(time.Hour)))
		if !strings.Contains(message, "no free addresses") {
			t.Errorf("%q does not say why", message)
		}
	})
}

// group puts a group of two behind the entrance, on version 1 of a template.
func group(e steptest.Environment) {
	e.Helper()
	images, err := e.Clients.EC2.DescribeImages(e.Context(), &ec2.DescribeImagesInput{Owners: []string{"amazon"}})
	if err != nil {
		e.Fatal(err)
	}
	template, err := e.Clients.EC2.CreateLaunchTemplate(e.Context(), &ec2.CreateLaunchTemplateInput{
		LaunchTemplateName: aws.String("photogallery-main"),
		LaunchTemplateData: &ec2types.RequestLaunchTemplateData{ImageId: images.Images[0].ImageId, InstanceType: "t4g.small"},
	})
	if err != nil {
		e.Fatal(err)
	}
	_, err = e.Clients.AutoScaling.CreateAutoScalingGroup(e.Context(), &autoscaling.CreateAutoScalingGroupInput{
		AutoScalingGroupName: aws.String("photogallery-main"), MinSize: aws.Int32(2), MaxSize: aws.Int32(5),
		LaunchTemplate:    &autoscalingtypes.LaunchTemplateSpecification{LaunchTemplateId: template.LaunchTemplate.LaunchTemplateId, Version: aws.String("1")},
		VPCZoneIdentifier: aws.String(strings.Join(e.Settings.PrivateSubnets, ",")),
		TargetGroupARNs:   []string{e.Settings.TargetGroup}, HealthCheckType: aws.String("EC2"),
	})
	if err != nil {
		e.Fatal(err)
	}
}

func look(e steptest.Environment, made balancer.LoadBalancer, version string) balancer.Verdict {
	e.Helper()
	return steptest.Run[balancer.Verdict](e, balancer.Verify, verify(made, version, time.Now().Add(time.Minute)))
}

func verify(made balancer.LoadBalancer, version string, deadline time.Time) balancer.VerifyInput {
	return balancer.VerifyInput{Plan: plan, LoadBalancer: made.ARN, URL: made.URL, Host: made.Host, TemplateVersion: version, Deadline: deadline}
}

func TestVerifyAsksTheTargetsAndTheHomePage(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		made := entrance(e)
		if got := look(e, made, "1"); got.Verified || !strings.Contains(got.Reason, "no group") {
			t.Errorf("without a group: %+v", got)
		}
		group(e)
		if got := look(e, made, "1"); got.Verified || got.Reason == "" {
			t.Errorf("with a young group: %+v", got)
		}
		time.Sleep(5 * time.Minute)
		if got := look(e, made, "1"); got != (balancer.Verdict{Verified: true, Healthy: 2}) {
			t.Errorf("with a healthy group: %+v", got)
		}
		if got := look(e, made, "2"); got.Verified || got.Healthy != 0 || !strings.Contains(got.Reason, "version 2") {
			t.Errorf("with the former version's instances: %+v", got)
		}
		nowhere := made
		nowhere.Host = "elsewhere.example"
		if got := look(e, nowhere, "1"); got.Verified || got.Reason == "" {
			t.Errorf("with a home page that is not there: %+v", got)
		}
		e.WantCode(release.VerifyFailed, balancer.Verify, verify(nowhere, "1", time.Now().Add(-time.Second)))
	})
}

// asks answers one path alone.
type asks struct {
	path  string
	asked *http.Request
}

func (a *asks) Do(request *http.Request) (*http.Response, error) {
	a.asked = request
	status := http.StatusMovedPermanently
	if request.URL.Path == a.path {
		status = http.StatusOK
	}
	return &http.Response{StatusCode: status, Status: http.StatusText(status), Body: http.NoBody}, nil
}

func TestVerifyAsksForTheHealthPathOfTheBundle(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		made := entrance(e)
		group(e)
		time.Sleep(5 * time.Minute)
		web := &asks{path: "/healthz"}
		e.Clients.HTTP = web
		if got := look(e, made, "1"); got.Verified || !strings.HasSuffix(got.Reason, "Moved Permanently; GET / has to answer 200 by itself, without a redirect or a sign-in: correct the app, or name another HealthPath in its unit") {
			t.Errorf("of an app that redirects: %+v", got)
		}
		in := verify(made, "1", time.Now().Add(time.Minute))
		in.Plan.Bundle.Needs = release.Needs{HealthPath: web.path}
		if got := steptest.Run[balancer.Verdict](e, balancer.Verify, in); !got.Verified {
			t.Errorf("got %+v after %v", got, web.asked.URL)
		}
	})
}

// A group that is not told of the load balancer's checks keeps its unhealthy instances, and the
// load balancer sends requests to them all the same.
func TestVerifyIsNotContentWithUnhealthyTargets(t *testing.T) {
	failing := func(machine.Spec) machine.Behavior { return machine.Behavior{UnhealthyAfter: 5 * time.Minute} }
	steptest.In(t, failing, func(e steptest.Environment) {
		made := entrance(e)
		group(e)
		time.Sleep(10 * time.Minute)
		if got := look(e, made, "1"); got.Verified || !strings.Contains(got.Reason, "unhealthy") {
			t.Errorf("got %+v", got)
		}
		message := e.WantCode(release.VerifyFailed, balancer.Verify, verify(made, "1", time.Now().Add(-time.Second)))
		if !strings.Contains(message, "unhealthy") {
			t.Errorf("%q does not say why", message)
		}
	})
}
