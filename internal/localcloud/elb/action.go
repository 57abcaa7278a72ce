package elb

import (
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/localcloud/fabric"
)

// maxWeight is the largest weight of a target group.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetGroupTuple.html
const maxWeight = 999

// checkAction refuses what an Application Load Balancer refuses and what is not supported here. It
// returns the action as AWS describes it: always with ForwardConfig, and with TargetGroupArn for a
// single target group.
func (s *Service) checkAction(action types.Action, b *loadBalancer) (types.Action, error) {
	switch {
	case action.Type == types.ActionTypeEnumRedirect && action.RedirectConfig != nil:
		return action, checkRedirect(*action.RedirectConfig)
	case action.Type != types.ActionTypeEnumForward:
		return action, fabric.Errorf("ValidationError", "%s action: the embedded cloud has forward, and redirect with a RedirectConfig", action.Type)
	}
	groups, err := weighted(action)
	if err != nil {
		return action, err
	}
	for _, group := range groups {
		if err := s.checkGroup(*group.TargetGroupArn, b); err != nil {
			return action, err
		}
	}
	described := types.Action{Type: action.Type, Order: action.Order, ForwardConfig: &types.ForwardActionConfig{
		TargetGroups: groups, TargetGroupStickinessConfig: &types.TargetGroupStickinessConfig{Enabled: aws.Bool(false)},
	}}
	if len(groups) == 1 {
		described.TargetGroupArn = groups[0].TargetGroupArn
	}
	return described, nil
}

// weighted returns the one or two target groups of a forward action, each with its weight. AWS
// requires the weights of several groups; a single group's weight is 1 by default.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#forward-actions
func weighted(action types.Action) ([]types.TargetGroupTuple, error) {
	config := action.ForwardConfig
	if config == nil {
		config = &types.ForwardActionConfig{TargetGroups: []types.TargetGroupTuple{{TargetGroupArn: action.TargetGroupArn}}}
	}
	sticky := config.TargetGroupStickinessConfig
	if len(config.TargetGroups) == 0 || len(config.TargetGroups) > 2 || sticky != nil && aws.ToBool(sticky.Enabled) {
		return nil, fabric.Errorf("ValidationError", "the embedded cloud forwards to one or two target groups, without stickiness")
	}
	groups := slices.Clone(config.TargetGroups)
	if len(groups) == 1 && groups[0].Weight == nil {
		groups[0].Weight = aws.Int32(1)
	}
	return groups, checkWeights(groups, aws.ToString(action.TargetGroupArn))
}

// checkWeights allows an action's own target group only as the single one.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_Action.html
func checkWeights(groups []types.TargetGroupTuple, own string) error {
	var total int32
	for _, group := range groups {
		switch arn := aws.ToString(group.TargetGroupArn); {
		case arn == "" || own != "" && own != arn:
			return fabric.Errorf("ValidationError", "target group '%s' in ForwardConfig: TargetGroupArn is '%s'; give that only for a single group, and the same", arn, own)
		case group.Weight == nil || *group.Weight < 0 || *group.Weight > maxWeight:
			return fabric.Errorf("ValidationError", "target group '%s' has no weight from 0 to %d", arn, maxWeight)
		}
		total += *group.Weight
	}
	if total == 0 || len(groups) == 2 && *groups[0].TargetGroupArn == *groups[1].TargetGroupArn {
		return fabric.Errorf("ValidationError", "the embedded cloud wants each target group once, and a weight above 0")
	}
	return nil
}

// checkGroup refuses an unknown target group and one of another load balancer.
func (s *Service) checkGroup(arn string, b *loadBalancer) error {
	if s.group(arn) == nil {
		return targetGroupNotFound(arn)
	}
	if user := s.user(arn); user != nil && user != b {
		return fabric.Errorf("TargetGroupAssociationLimit", "target group '%s' is already used by load balancer '%s'", arn, *user.LoadBalancerArn)
	}
	return nil
}

// forwardedTo returns the target groups of an action, or none for a redirect.
func forwardedTo(action types.Action) []types.TargetGroupTuple {
	if action.ForwardConfig == nil {
		return nil
	}
	return action.ForwardConfig.TargetGroups
}
