package balancer

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/lambdas/step"
	"photogallery/release"
)

// ForwardTo returns the action that sends all visitors to a slot.
func ForwardTo(settings step.Settings, slot release.Slot) types.Action {
	return types.Action{Type: types.ActionTypeEnumForward, TargetGroupArn: aws.String(settings.Targets(slot))}
}

// Split returns the action that sends this percentage of the visitors to a slot, and the others to
// the other one. With 0 its target group stays in use, so that requests under way end in peace.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupTuple.html
func Split(settings step.Settings, slot release.Slot, percent int) types.Action {
	weigh := func(slot release.Slot, weight int) types.TargetGroupTuple {
		return types.TargetGroupTuple{TargetGroupArn: aws.String(settings.Targets(slot)), Weight: aws.Int32(int32(weight))}
	}
	return types.Action{Type: types.ActionTypeEnumForward, ForwardConfig: &types.ForwardActionConfig{
		TargetGroups: []types.TargetGroupTuple{weigh(slot, percent), weigh(slot.Other(), 100-percent)},
	}}
}

// Weights returns the weights of the target groups that an action forwards to, by their ARNs. It is
// empty for another action.
func Weights(action types.Action) map[string]int32 {
	weights := map[string]int32{}
	if action.Type != types.ActionTypeEnumForward {
		return weights
	}
	if config := action.ForwardConfig; config != nil && len(config.TargetGroups) > 0 {
		for _, tuple := range config.TargetGroups {
			weights[aws.ToString(tuple.TargetGroupArn)] = aws.ToInt32(tuple.Weight)
		}
		return weights
	}
	return map[string]int32{aws.ToString(action.TargetGroupArn): 1}
}

// LeadsOnly reports whether an action sends each visitor to a slot, though the other one may still be
// named.
func LeadsOnly(settings step.Settings, action types.Action, slot release.Slot) bool {
	weights := Weights(action)
	return weights[settings.Targets(slot)] > 0 && weights[settings.Targets(slot.Other())] == 0
}

// ServesOnly reports whether an action sends all visitors to a slot.
func ServesOnly(settings step.Settings, action types.Action, slot release.Slot) bool {
	weights := Weights(action)
	return len(weights) == 1 && weights[settings.Targets(slot)] > 0
}

// Entrance returns the listener that visitors reach, which is the one that forwards, or nil if there
// is none.
func Entrance(ctx context.Context, api elb.DescribeListenersAPIClient, balancer string) (*types.Listener, error) {
	found, err := listeners(ctx, api, balancer)
	if err != nil {
		return nil, err
	}
	for _, port := range []int32{httpsPort, httpPort} {
		listener, exists := found[port]
		if exists && len(listener.DefaultActions) == 1 && len(Weights(listener.DefaultActions[0])) > 0 {
			return &listener, nil
		}
	}
	return nil, nil
}

// listeners returns the load balancer's listeners by port.
func listeners(ctx context.Context, api elb.DescribeListenersAPIClient, balancer string) (map[int32]types.Listener, error) {
	found := map[int32]types.Listener{}
	pages := elb.NewDescribeListenersPaginator(api, &elb.DescribeListenersInput{LoadBalancerArn: aws.String(balancer)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		if err != nil {
			return nil, err
		}
		for _, listener := range page.Listeners {
			found[aws.ToInt32(listener.Port)] = listener
		}
	}
	return found, nil
}

// ListenerModifier is the part of the client that changes what a listener does.
type ListenerModifier interface {
	ModifyListener(context.Context, *elb.ModifyListenerInput, ...func(*elb.Options)) (*elb.ModifyListenerOutput, error)
}

// Direct gives the listener its one action.
func Direct(ctx context.Context, api ListenerModifier, listener types.Listener, action types.Action) error {
	_, err := api.ModifyListener(ctx, &elb.ModifyListenerInput{ListenerArn: listener.ListenerArn, DefaultActions: []types.Action{action}})
	return err
}
