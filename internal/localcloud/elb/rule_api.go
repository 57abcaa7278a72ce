package elb

import (
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/localcloud/fabric"
)

// createRule is not idempotent: a priority has one rule.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
func (s *Service) createRule(in *elb.CreateRuleInput) (*elb.CreateRuleOutput, error) {
	b, l := s.listener(aws.ToString(in.ListenerArn))
	if l == nil {
		return nil, listenerNotFound(aws.ToString(in.ListenerArn))
	}
	if err := checkRule(in); err != nil {
		return nil, err
	}
	action, err := s.checkAction(in.Actions[0], b)
	if err != nil {
		return nil, err
	}
	next := slices.IndexFunc(l.rules, func(r *rule) bool { return r.priority >= *in.Priority })
	if l.rules[next].priority == *in.Priority {
		return nil, fabric.Errorf("PriorityInUse", "Priority '%d' is currently in use", *in.Priority)
	}
	arn := ruleARN(l.Listener)
	made := &rule{priority: *in.Priority, Rule: types.Rule{
		RuleArn:  aws.String(s.arn(arn[strings.LastIndex(arn, ":")+1:])),
		Priority: aws.String(strconv.Itoa(int(*in.Priority))), IsDefault: aws.Bool(false),
		Conditions: in.Conditions, Actions: []types.Action{action},
	}}
	l.rules = slices.Insert(l.rules, next, made)
	return &elb.CreateRuleOutput{Rules: []types.Rule{made.Rule}}, nil
}

func checkRule(in *elb.CreateRuleInput) error {
	switch priority := aws.ToInt32(in.Priority); {
	case priority < 1 || priority > 50000:
		return fabric.Errorf("ValidationError", "Priority %d: give one from 1 to 50000", priority)
	case len(in.Actions) != 1 || in.Actions[0].Type != types.ActionTypeEnumForward || len(in.Conditions) != 1 || in.Transforms != nil:
		return fabric.Errorf("ValidationError", "the embedded cloud's rules have one condition, one forward action and no transforms")
	}
	return checkCondition(in.Conditions[0])
}

// checkCondition allows one header without wildcards, within AWS's lengths.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_HttpHeaderConditionConfig.html
func checkCondition(condition types.RuleCondition) error {
	header := condition.HttpHeaderConfig
	if header == nil || !reflect.DeepEqual(condition, types.RuleCondition{Field: aws.String("http-header"), HttpHeaderConfig: header}) {
		return fabric.Errorf("ValidationError", "the embedded cloud's conditions are http-header, with HttpHeaderConfig alone")
	}
	name := aws.ToString(header.HttpHeaderName)
	if name == "" || len(name) > 40 || strings.EqualFold(name, "host") || header.RegexValues != nil || len(header.Values) == 0 {
		return fabric.Errorf("ValidationError", "header %q: give a name of 1 to 40 characters, not Host, and Values", name)
	}
	for _, value := range header.Values {
		if value == "" || len(value) > 128 || strings.ContainsAny(value, "*?") {
			return fabric.Errorf("ValidationError", "header value %q: give 1 to 128 characters; the embedded cloud has no wildcards", value)
		}
	}
	return nil
}

// describeRules answers in the order in which the rules are tried.
func (s *Service) describeRules(in *elb.DescribeRulesInput) (*elb.DescribeRulesOutput, error) {
	if in.ListenerArn == nil || in.RuleArns != nil {
		return nil, fabric.Errorf("ValidationError", "the embedded cloud describes rules by ListenerArn only")
	}
	_, l := s.listener(*in.ListenerArn)
	if l == nil {
		return nil, listenerNotFound(*in.ListenerArn)
	}
	out := &elb.DescribeRulesOutput{}
	for _, r := range l.rules {
		out.Rules = append(out.Rules, r.Rule)
	}
	return out, nil
}

// deleteRule fails if there is no such rule.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteRule.html
func (s *Service) deleteRule(in *elb.DeleteRuleInput) (*elb.DeleteRuleOutput, error) {
	arn := aws.ToString(in.RuleArn)
	for _, b := range s.balancers {
		for _, l := range b.listeners {
			i := slices.IndexFunc(l.rules, func(r *rule) bool { return *r.RuleArn == arn })
			switch {
			case i < 0:
				continue
			case *l.rules[i].IsDefault:
				return nil, fabric.Errorf("OperationNotPermitted", "Default rule '%s' cannot be deleted", arn)
			}
			used := l.groups()
			l.rules = slices.Delete(l.rules, i, i+1)
			s.forgetUnused(used)
			return &elb.DeleteRuleOutput{}, nil
		}
	}
	return nil, fabric.Errorf("RuleNotFound", "One or more rules not found: '%s'", arn)
}
