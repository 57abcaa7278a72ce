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

// handFaults are those of the world outside: no capacity, somebody's hands in the console, an
// execution that is ended.
func handFaults() []fault {
	byHand := excuse{capacity: true, serving: true}
	return []fault{
		{name: "capacity-one-zone", passes: always, fits: atInvocations, invocation: func(w *world, _ string) error { return w.fill(fabric.Zones()[:1]) }},
		{name: "capacity-none", fits: atInvocations, invocation: func(w *world, _ string) error { return w.fill(fabric.Zones()) }},
		{name: "image-deleted", fits: atInvocations, invocation: deletes((*world).deleteImage), excuse: excuse{capacity: true, serving: true, snapshots: true}},
		{name: "group-deleted", fits: atInvocations, invocation: deletes((*world).deleteGroup), excuse: byHand},
		{name: "balancer-deleted", fits: atInvocations, invocation: deletes((*world).deleteBalancer), excuse: byHand},
		{name: "aborted", fits: atInvocations, invocation: (*world).abort, excuse: excuse{ends: true}},
		{name: "timed-out", fits: atInvocations, invocation: (*world).timeOut, excuse: excuse{ends: true}},
		{name: "holder-gone", fits: atInvocations, invocation: func(w *world, run string) error {
			w.mu.Lock()
			w.lost[run] = true
			w.mu.Unlock()
			return w.abort(run)
		}, excuse: excuse{ends: true, unswept: true}},
	}
}

func (w *world) fill(zones []string) error {
	w.Cloud.Fabric.Do(func() {
		for _, zone := range zones {
			w.Cloud.EC2.SetCapacity(zone, false)
		}
	})
	return nil
}

// abort stops the execution that is about to run a step, which runs nevertheless: StopExecution
// ends no function.
func (w *world) abort(run string) error {
	w.mark(run)
	_, err := w.SFN.StopExecution(w.ctx, &sfn.StopExecutionInput{ExecutionArn: aws.String(w.arn(run))})
	return w.byHand(err)
}

func (w *world) timeOut(run string) error {
	w.mark(run)
	w.Cloud.StepFunctions.TimeOut(w.arn(run))
	return nil
}

func (w *world) mark(run string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.stopped[run] = true
}

// byHand notes what the explorer itself could not do.
func (w *world) byHand(err error) error {
	if err != nil {
		w.violate("the explorer's own hand failed: " + err.Error())
	}
	return nil
}

func deletes(what func(*world) error) func(*world, string) error {
	return func(w *world, _ string) error { return w.byHand(what(w)) }
}

// deleteImage deregisters the newest image of all, which is the one that a release works with.
func (w *world) deleteImage() error {
	out, err := w.Clients.EC2.DescribeImages(w.ctx, &ec2.DescribeImagesInput{Owners: []string{"self"}})
	if err != nil || len(out.Images) == 0 {
		return err
	}
	newest := out.Images[0]
	for _, image := range out.Images {
		if aws.ToString(image.CreationDate) > aws.ToString(newest.CreationDate) {
			newest = image
		}
	}
	_, err = w.Clients.EC2.DeregisterImage(w.ctx, &ec2.DeregisterImageInput{ImageId: newest.ImageId})
	return err
}

// deleteGroup does what the console does, where a refresh is canceled first.
func (w *world) deleteGroup() error {
	name := aws.String(w.Settings.Environment.Name())
	groups, err := w.Clients.AutoScaling.DescribeAutoScalingGroups(w.ctx, &autoscaling.DescribeAutoScalingGroupsInput{AutoScalingGroupNames: []string{*name}})
	if err != nil || len(groups.AutoScalingGroups) == 0 {
		return err
	}
	_, refusal := w.Clients.AutoScaling.CancelInstanceRefresh(w.ctx, &autoscaling.CancelInstanceRefreshInput{AutoScalingGroupName: name})
	for range 60 {
		_, err = w.Clients.AutoScaling.DeleteAutoScalingGroup(w.ctx, &autoscaling.DeleteAutoScalingGroupInput{AutoScalingGroupName: name, ForceDelete: aws.Bool(true)})
		if err == nil || refusal != nil {
			break
		}
		w.sleep(10 * time.Second)
	}
	if err != nil {
		return errors.Join(err, refusal)
	}
	return nil
}

func (w *world) deleteBalancer() error {
	out, err := w.Clients.ELB.DescribeLoadBalancers(w.ctx, &elb.DescribeLoadBalancersInput{})
	if err != nil {
		return err
	}
	for _, balancer := range out.LoadBalancers {
		if _, err := w.Clients.ELB.DeleteLoadBalancer(w.ctx, &elb.DeleteLoadBalancerInput{LoadBalancerArn: balancer.LoadBalancerArn}); err != nil {
			return err
		}
	}
	return nil
}
