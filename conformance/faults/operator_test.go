package faults

import (
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/localcloud/fabric"
)

// operatorFaults are events outside the system: missing capacity, deletions in the console, stopped
const noCapacity = "capacity-none"

// executions.
func operatorFaults() []fault {
	excused := excuse{capacity: true, serving: true}
	return []fault{
		{name: "capacity-one-zone", tolerated: always, fits: atInvocations, invocation: func(env *environment, _ string) error { return env.fill(fabric.Zones()[:1]) }},
		{name: noCapacity, fits: atInvocations, invocation: func(env *environment, _ string) error { return env.fill(fabric.Zones()) }},
		{name: "image-deleted", fits: atInvocations, invocation: deletion((*environment).deleteImage), excuse: excuse{capacity: true, serving: true, snapshots: true}},
		{name: "group-deleted", fits: atInvocations, invocation: deletion((*environment).deleteGroup), excuse: excused},
		{name: "balancer-deleted", fits: atInvocations, invocation: deletion((*environment).deleteBalancer), excuse: excused},
		{name: "aborted", fits: atInvocations, invocation: (*environment).abort, excuse: excuse{ends: true}},
		{name: "timed-out", fits: atInvocations, invocation: (*environment).timeOut, excuse: excuse{ends: true}},
		{name: "holder-gone", fits: atInvocations, invocation: func(env *environment, run string) error {
			env.mu.Lock()
			env.lost[run] = true
			env.mu.Unlock()
			return env.abort(run)
		}, excuse: excuse{ends: true, unswept: true}},
	}
}

func (env *environment) fill(zones []string) error {
	env.Cloud.Fabric.Do(func() {
		for _, zone := range zones {
			env.Cloud.EC2.SetCapacity(zone, false)
		}
	})
	return nil
}

// abort stops the execution that is about to run a step. The step runs anyway, because
// StopExecution does not stop functions.
func (env *environment) abort(run string) error {
	env.mark(run)
	_, err := env.SFN.StopExecution(env.ctx, &sfn.StopExecutionInput{ExecutionArn: aws.String(env.arn(run))})
	return env.checkOperator(err)
}

func (env *environment) timeOut(run string) error {
	env.mark(run)
	env.Cloud.StepFunctions.TimeOut(env.arn(run))
	return nil
}

func (env *environment) mark(run string) {
	env.mu.Lock()
	defer env.mu.Unlock()
	env.stopped[run] = true
}

// checkOperator records an operator action that failed.
func (env *environment) checkOperator(err error) error {
	if err != nil {
		env.violate("an operator action failed: " + err.Error())
	}
	return nil
}

func deletion(what func(*environment) error) func(*environment, string) error {
	return func(env *environment, _ string) error { return env.checkOperator(what(env)) }
}

// deleteImage deregisters the newest image, which is the one that a release works with.
func (env *environment) deleteImage() error {
	out, err := env.Clients.EC2.DescribeImages(env.ctx, &ec2.DescribeImagesInput{Owners: []string{"self"}})
	if err != nil || len(out.Images) == 0 {
		return err
	}
	newest := out.Images[0]
	for _, image := range out.Images {
		if aws.ToString(image.CreationDate) > aws.ToString(newest.CreationDate) {
			newest = image
		}
	}
	_, err = env.Clients.EC2.DeregisterImage(env.ctx, &ec2.DeregisterImageInput{ImageId: newest.ImageId})
	return err
}

// deleteGroup deletes the group that serves. It acts as the console does: it cancels the refresh
// first.
func (env *environment) deleteGroup() error {
	name := aws.String(env.Settings.Environment.Group(env.recorded().Serves()))
	groups, err := env.Clients.AutoScaling.DescribeAutoScalingGroups(env.ctx, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{*name}})
	if err != nil || len(groups.AutoScalingGroups) == 0 {
		return err
	}
	_, refusal := env.Clients.AutoScaling.CancelInstanceRefresh(env.ctx, &autoscaling.CancelInstanceRefreshInput{AutoScalingGroupName: name})
	for range 60 {
		_, err = env.Clients.AutoScaling.DeleteAutoScalingGroup(env.ctx, &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: name, ForceDelete: aws.Bool(true)})
		if err == nil || refusal != nil {
			break
		}
		env.sleep(10 * time.Second)
	}
	if err != nil {
		return errors.Join(err, refusal)
	}
	return nil
}

func (env *environment) deleteBalancer() error {
	out, err := env.Clients.ELB.DescribeLoadBalancers(env.ctx, &elb.DescribeLoadBalancersInput{})
	if err != nil {
		return err
	}
	for _, balancer := range out.LoadBalancers {
		if _, err := env.Clients.ELB.DeleteLoadBalancer(env.ctx, &elb.DeleteLoadBalancerInput{LoadBalancerArn: balancer.LoadBalancerArn}); err != nil {
			return err
		}
	}
	env.noteShift(nil)
	return nil
}
