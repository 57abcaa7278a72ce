package sweep

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/lambdas/balancer"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
	"photogallery/release"
)

const (
	listenerKind = "listener"
	ruleKind     = "preview rule"
)

type listenerAPI interface {
	elb.DescribeListenersAPIClient
	balancer.ListenerModifier
	balancer.RuleReader
	balancer.RuleDeleter
}

// traffic leads all visitors to the fleet that serves and closes the preview of another one. The
// listener keeps the other one's target group, with weight 0: while it is in use, targets drain.
var traffic = Stage{
	Name: "traffic",
	gate: true,
	looks: looks("elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeListeners",
		"elasticloadbalancing:DescribeRules"),
	changes: []step.Operation{
		{Name: "elasticloadbalancing:ModifyListener", Scope: step.Named},
		{Name: "elasticloadbalancing:DeleteRule", Scope: step.Named},
	},
	list:   listTraffic,
	remove: redirectTraffic,
}

// listTraffic leaves a listener alone that forwards to none of the stack's target groups: a person
// has changed it.
func listTraffic(ctx context.Context, c cloud, over extent) ([]inventory.Resource, error) {
	listener, err := c.entrance(ctx)
	if err != nil || listener == nil {
		return nil, err
	}
	var found []inventory.Resource
	action, slot := listener.DefaultActions[0], over.current.Serves()
	weights := balancer.Weights(action)
	_, blue := weights[c.settings.TargetGroup]
	_, green := weights[c.settings.GreenTargetGroup]
	if (blue || green) && !balancer.LeadsOnly(c.settings, action, slot) {
		found = append(found, inventory.Resource{Kind: listenerKind, ID: aws.ToString(listener.ListenerArn), Name: "does not lead to slot " + string(slot) + " alone"})
	}
	previews, err := balancer.Previews(ctx, c.listeners, aws.ToString(listener.ListenerArn))
	for _, rule := range previews {
		found = append(found, inventory.Resource{Kind: ruleKind, ID: aws.ToString(rule.RuleArn)})
	}
	return found, err
}

// entrance returns the listener that visitors reach, or nil if there is none.
func (c cloud) entrance(ctx context.Context) (*types.Listener, error) {
	found, err := balancer.Find(ctx, c.balancers, c.settings.Environment)
	if err != nil || found == nil {
		return nil, err
	}
	listener, err := balancer.Entrance(ctx, c.listeners, aws.ToString(found.LoadBalancerArn))
	if release.IsNotFound(err) {
		return nil, nil
	}
	return listener, err
}

func redirectTraffic(ctx context.Context, c cloud, over extent, found []inventory.Resource) error {
	for _, resource := range found {
		if err := c.redirect(ctx, over.current.Serves(), resource); err != nil && !release.IsNotFound(err) {
			return err
		}
	}
	return nil
}

func (c cloud) redirect(ctx context.Context, slot release.Slot, resource inventory.Resource) error {
	if resource.Kind == listenerKind {
		return balancer.Direct(ctx, c.listeners, types.Listener{ListenerArn: aws.String(resource.ID)}, balancer.Split(c.settings, slot, 100))
	}
	return balancer.DeleteRule(ctx, c.listeners, aws.String(resource.ID))
}

// forward has the listener forget the target group of a fleet that is gone.
var forward = Stage{
	Name:    "forward",
	looks:   looks("elasticloadbalancing:DescribeLoadBalancers", "elasticloadbalancing:DescribeListeners"),
	changes: []step.Operation{{Name: "elasticloadbalancing:ModifyListener", Scope: step.Named}},
	list: func(ctx context.Context, c cloud, over extent) ([]inventory.Resource, error) {
		listener, err := c.entrance(ctx)
		if err != nil || listener == nil {
			return nil, err
		}
		action, slot := listener.DefaultActions[0], over.current.Serves()
		if !balancer.LeadsOnly(c.settings, action, slot) || balancer.ServesOnly(c.settings, action, slot) {
			return nil, nil
		}
		return []inventory.Resource{{Kind: listenerKind, ID: aws.ToString(listener.ListenerArn), Name: "names slot " + string(slot.Other()) + ", too"}}, nil
	},
	remove: func(ctx context.Context, c cloud, over extent, found []inventory.Resource) error {
		listener := types.Listener{ListenerArn: aws.String(found[0].ID)}
		err := balancer.Direct(ctx, c.listeners, listener, balancer.ForwardTo(c.settings, over.current.Serves()))
		if release.IsNotFound(err) {
			return nil
		}
		return err
	},
}
