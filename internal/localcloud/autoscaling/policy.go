package autoscaling

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"

	"photogallery/internal/localcloud/fabric"
)

// policy is a step scaling policy of a group.
type policy struct {
	name, arn string
	steps     []step
	warmup    time.Duration
}

// putPolicy makes or replaces a policy. Its ARN stays the same.
func (s *Service) putPolicy(in *autoscaling.PutScalingPolicyInput) (*autoscaling.PutScalingPolicyOutput, error) {
	g, err := s.findLive(aws.ToString(in.AutoScalingGroupName))
	if err != nil {
		return nil, err
	}
	steps, err := stepsOf(in)
	if err != nil {
		return nil, err
	}
	p := g.policy(aws.ToString(in.PolicyName))
	if p == nil {
		p = &policy{name: *in.PolicyName}
		p.arn = fabric.ARN("autoscaling", fmt.Sprintf("scalingPolicy:%s:autoScalingGroupName/%s:policyName/%s", s.fabric.ID("policy"), g.name, p.name))
		g.policies = append(g.policies, p)
	}
	p.steps, p.warmup = steps, seconds(in.EstimatedInstanceWarmup)
	return &autoscaling.PutScalingPolicyOutput{PolicyARN: &p.arn}, nil
}

func (g *group) policy(name string) *policy {
	for _, p := range g.policies {
		if p.name == name {
			return p
		}
	}
	return nil
}

// stepsOf refuses the policy types that the embedded cloud does not support.
func stepsOf(in *autoscaling.PutScalingPolicyInput) ([]step, error) {
	if kind, adjustment := aws.ToString(in.PolicyType), aws.ToString(in.AdjustmentType); kind != "StepScaling" || adjustment != "ChangeInCapacity" {
		return nil, fabric.Errorf("ValidationError", "PolicyType %q and AdjustmentType %q: the embedded cloud has StepScaling and ChangeInCapacity only", kind, adjustment)
	}
	if len(in.StepAdjustments) == 0 || in.EstimatedInstanceWarmup == nil {
		return nil, fabric.Errorf("ValidationError", "a StepScaling policy needs EstimatedInstanceWarmup and one of StepAdjustments at least")
	}
	var steps []step
	for _, given := range in.StepAdjustments {
		next := step{
			lower: bound(given.MetricIntervalLowerBound, -1), upper: bound(given.MetricIntervalUpperBound, 1),
			change: int(aws.ToInt32(given.ScalingAdjustment)),
		}
		if slices.ContainsFunc(steps, func(other step) bool { return next.lower < other.upper && other.lower < next.upper }) || next.lower >= next.upper {
			return nil, fabric.Errorf("ValidationError", "StepAdjustment from %v to %v: intervals can't overlap, nor be empty", next.lower, next.upper)
		}
		steps = append(steps, next)
	}
	return steps, nil
}

// alarmed runs the policy of an alarm's action. An alarm that fires without data, because missing
// data counts as a breach, counts as being at its threshold.
func (s *Service) alarmed(alarm, _, action string) {
	for _, g := range s.groups {
		for _, p := range g.policies {
			if p.arn == action && !g.deleting {
				breach := 0.0
				if value, threshold, known := s.alarms.Breach(alarm); known {
					breach = value - threshold
				}
				s.execute(g, p, alarm, breach)
				return
			}
		}
	}
}

func (s *Service) execute(g *group, p *policy, alarm string, breach float64) {
	change, covered := adjustment(p.steps, breach)
	if !covered {
		return
	}
	desired := s.capacityOf(g, p.warmup).scaled(change)
	if desired == g.desired {
		return
	}
	s.setDesired(g, desired, fmt.Sprintf("a monitor alarm %s in state ALARM triggered policy %s", alarm, p.name))
}

func (s *Service) capacityOf(g *group, warmup time.Duration) capacity {
	c := capacity{min: g.min, max: g.max, desired: g.desired}
	for _, m := range g.active() {
		if s.warm(m, warmup) {
			c.ready++
		} else {
			c.warming++
		}
	}
	return c
}

// setDesired changes the desired capacity and records the cause for the activities that follow.
func (s *Service) setDesired(g *group, desired int, by string) {
	if desired != g.desired {
		g.cause = at("%s changing the desired capacity from %d to %d.", by, g.desired, desired)
		g.desired = desired
	}
	s.reconcile(g)
}

func seconds(given *int32) time.Duration { return time.Duration(aws.ToInt32(given)) * time.Second }
