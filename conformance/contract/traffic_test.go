package contract

import (
	"errors"
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

const (
	modifyListener = elbReference + "ModifyListener.html"
	createRule     = elbReference + "CreateRule.html"
	describeRules  = elbReference + "DescribeRules.html"
	deleteRule     = elbReference + "DeleteRule.html"
	weights        = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#forward-actions"
	targetGroups   = "https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-target-groups.html"
	noRule         = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/none/0123456789abcdef/0123456789abcdef/0123456789abcdef"
	noListener     = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/none/0123456789abcdef/0123456789abcdef"
)

// traffic is what the two fleets of a release rely on.
func traffic() []Behavior {
	return []Behavior{
		{"ModifyListener: two target groups have weights from 0 on, and are described without TargetGroupArn", weights, "", (*Account).weightsAreDescribed},
		{"ModifyListener: other weights replace the former ones, and TargetGroupArn replaces all", modifyListener, "", (*Account).weightsAreReplaced},
		{"ModifyListener: two target groups without weights are ValidationError", weights, "gives each the weight 1", func(a *Account) error {
			_, listener, err := a.entrance()
			if err != nil {
				return err
			}
			action := a.weighted(0, 0)
			for i := range action.ForwardConfig.TargetGroups {
				action.ForwardConfig.TargetGroups[i].Weight = nil
			}
			return refused(a.direct(listener, action), "ValidationError")
		}},
		{"DescribeTargetHealth: the targets of a group without weight are checked", targetGroups, "", func(a *Account) error {
			_, listener, err := a.entrance()
			if err != nil {
				return err
			}
			return errors.Join(a.direct(listener, a.weighted(0, 100)), a.targetBecomesHealthy())
		}},
		{"DescribeTargetHealth: the targets of a rule's group are checked", targetGroups, "", func(a *Account) error {
			_, listener, err := a.entrance()
			if err != nil {
				return err
			}
			if err := a.direct(listener, a.forward(a.Settings.GreenTargetGroup)); err != nil {
				return err
			}
			_, err = a.rule(listener, 1)
			return errors.Join(err, a.targetBecomesHealthy())
		}},
		{"DescribeRules: a rule has its priority, header and target group, and there is a default rule", describeRules, "", (*Account).ruleIsDescribed},
		{"DescribeRules: an unknown listener is ListenerNotFound", describeRules, "", func(a *Account) error {
			_, err := a.ELB.DescribeRules(a.Context, &elb.DescribeRulesInput{ListenerArn: aws.String(noListener)})
			return refused(err, "ListenerNotFound")
		}},
		{"CreateRule: a priority that a rule has is PriorityInUse", createRule, "", func(a *Account) error {
			_, listener, err := a.entrance()
			if err != nil {
				return err
			}
			if _, err := a.rule(listener, 1); err != nil {
				return err
			}
			_, err = a.rule(listener, 1)
			return refused(err, "PriorityInUse")
		}},
		{"CreateRule: an unknown listener is ListenerNotFound", createRule, "", func(a *Account) error {
			_, err := a.rule(noListener, 1)
			return refused(err, "ListenerNotFound")
		}},
		{"DeleteRule: the rule is gone", deleteRule, "", func(a *Account) error {
			_, listener, err := a.entrance()
			if err != nil {
				return err
			}
			rule, err := a.rule(listener, 1)
			if err != nil {
				return err
			}
			if _, err := a.ELB.DeleteRule(a.Context, &elb.DeleteRuleInput{RuleArn: &rule}); err != nil {
				return err
			}
			left, err := a.rules(listener)
			return errors.Join(err, same("rules", len(left), 1))
		}},
		{"DeleteRule: one that is not there is RuleNotFound", deleteRule, "says nothing", func(a *Account) error {
			_, err := a.ELB.DeleteRule(a.Context, &elb.DeleteRuleInput{RuleArn: aws.String(noRule)})
			return refused(err, "RuleNotFound")
		}},
	}
}

// entrance makes a load balancer with a listener that forwards to the first target group.
func (a *Account) entrance() (balancer, listener string, err error) {
	if balancer, err = a.balancer(); err != nil {
		return "", "", err
	}
	listener, err = a.listener(balancer, a.Settings.TargetGroup)
	return balancer, listener, err
}

func (a *Account) forward(group string) types.Action {
	return types.Action{Type: types.ActionTypeEnumForward, TargetGroupArn: &group}
}

func (a *Account) weighted(first, second int32) types.Action {
	return types.Action{Type: types.ActionTypeEnumForward, ForwardConfig: &types.ForwardActionConfig{TargetGroups: []types.TargetGroupTuple{
		{TargetGroupArn: aws.String(a.Settings.TargetGroup), Weight: &first},
		{TargetGroupArn: aws.String(a.Settings.GreenTargetGroup), Weight: &second},
	}}}
}

func (a *Account) direct(listener string, to types.Action) error {
	_, err := a.ELB.ModifyListener(a.Context, &elb.ModifyListenerInput{ListenerArn: &listener, DefaultActions: []types.Action{to}})
	return err
}

// action returns the action of the load balancer's only listener.
func (a *Account) action(balancer string) (types.Action, error) {
	out, err := a.ELB.DescribeListeners(a.Context, &elb.DescribeListenersInput{LoadBalancerArn: &balancer})
	if err != nil {
		return types.Action{}, err
	}
	if len(out.Listeners) != 1 || len(out.Listeners[0].DefaultActions) != 1 {
		return types.Action{}, fmt.Errorf("there are %d listeners, not one with one action", len(out.Listeners))
	}
	return out.Listeners[0].DefaultActions[0], nil
}

// wantWeights checks the weights of the action of the load balancer's only listener.
func (a *Account) wantWeights(balancer string, first, second int32) error {
	is, err := a.action(balancer)
	if err != nil {
		return err
	}
	if is.ForwardConfig == nil {
		return errors.New("the action has no ForwardConfig")
	}
	found := map[string]int32{}
	for _, group := range is.ForwardConfig.TargetGroups {
		found[aws.ToString(group.TargetGroupArn)] = aws.ToInt32(group.Weight)
	}
	wanted := map[string]int32{a.Settings.TargetGroup: first, a.Settings.GreenTargetGroup: second}
	if !maps.Equal(found, wanted) {
		return fmt.Errorf("the weights are %v, not %v", found, wanted)
	}
	return same("TargetGroupArn", aws.ToString(is.TargetGroupArn), "")
}

func (a *Account) weightsAreDescribed() error {
	balancer, listener, err := a.entrance()
	if err != nil {
		return err
	}
	return errors.Join(a.direct(listener, a.weighted(0, 100)), a.wantWeights(balancer, 0, 100))
}

func (a *Account) weightsAreReplaced() error {
	balancer, listener, err := a.entrance()
	if err != nil {
		return err
	}
	err = errors.Join(a.direct(listener, a.weighted(95, 5)), a.direct(listener, a.weighted(50, 50)), a.wantWeights(balancer, 50, 50),
		a.direct(listener, a.forward(a.Settings.GreenTargetGroup)))
	if err != nil {
		return err
	}
	is, err := a.action(balancer)
	if err != nil {
		return err
	}
	if config := is.ForwardConfig; config != nil {
		err = same("target groups in ForwardConfig", len(config.TargetGroups), 1)
	}
	return errors.Join(err, same("the target group", aws.ToString(is.TargetGroupArn), a.Settings.GreenTargetGroup))
}

// rule makes a rule that leads a header to the first target group.
func (a *Account) rule(listener string, priority int32) (arn string, err error) {
	out, err := a.ELB.CreateRule(a.Context, &elb.CreateRuleInput{
		ListenerArn: &listener, Priority: &priority, Actions: []types.Action{a.forward(a.Settings.TargetGroup)},
		Conditions: []types.RuleCondition{{Field: aws.String("http-header"), HttpHeaderConfig: &types.HttpHeaderConditionConfig{
			HttpHeaderName: aws.String("X-Probe"), Values: []string{"SECRET"},
		}}},
		Tags: []types.Tag{{Key: aws.String("role"), Value: aws.String("probe")}},
	})
	if err != nil {
		return "", err
	}
	return *out.Rules[0].RuleArn, nil
}

func (a *Account) rules(listener string) ([]types.Rule, error) {
	out, err := a.ELB.DescribeRules(a.Context, &elb.DescribeRulesInput{ListenerArn: &listener})
	if err != nil {
		return nil, err
	}
	return out.Rules, nil
}

func (a *Account) ruleIsDescribed() error {
	_, listener, err := a.entrance()
	if err != nil {
		return err
	}
	arn, err := a.rule(listener, 7)
	if err != nil {
		return err
	}
	found, err := a.rules(listener)
	if err != nil {
		return err
	}
	if err := same("rules", len(found), 2); err != nil {
		return err
	}
	for _, rule := range found {
		if *rule.IsDefault {
			err = errors.Join(err, same("the default rule's priority", *rule.Priority, "default"))
			continue
		}
		header := rule.Conditions[0].HttpHeaderConfig
		err = errors.Join(err, same("its ARN", *rule.RuleArn, arn), same("its priority", *rule.Priority, "7"),
			same("its header", *header.HttpHeaderName, "X-Probe"), same("its value", header.Values[0], "SECRET"),
			same("its target group", aws.ToString(rule.Actions[0].TargetGroupArn), a.Settings.TargetGroup))
	}
	return err
}

// targetBecomesHealthy launches a group in the first target group and waits for its target.
func (a *Account) targetBecomesHealthy() error {
	if err := a.readyGroup(1); err != nil {
		return err
	}
	return a.eventually("the healthy target", func() (bool, error) {
		out, err := a.ELB.DescribeTargetHealth(a.Context, &elb.DescribeTargetHealthInput{TargetGroupArn: aws.String(a.Settings.TargetGroup)})
		if err != nil || len(out.TargetHealthDescriptions) != 1 {
			return false, err
		}
		return out.TargetHealthDescriptions[0].TargetHealth.State == types.TargetHealthStateEnumHealthy, nil
	})
}
