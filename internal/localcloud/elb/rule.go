package elb

import (
	"math"
	"net/http"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/localcloud/fabric"
)

// rule is a listener's rule for one HTTP header, or its default rule, which is for all requests.
type rule struct {
	types.Rule // as in DescribeRules
	priority   int32
	sent       int // requests in this round of the weights
}

// defaultRule returns the rule of the listener's default action. Its ARN repeats the listener's
// last part.
func defaultRule(of types.Listener) *rule {
	arn := ruleARN(of) + (*of.ListenerArn)[strings.LastIndex(*of.ListenerArn, "/"):]
	return &rule{priority: math.MaxInt32, Rule: types.Rule{
		RuleArn: &arn, Priority: aws.String("default"), IsDefault: aws.Bool(true), Actions: of.DefaultActions,
	}}
}

// ruleARN returns how the ARNs of a listener's rules begin.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateRule.html
func ruleARN(of types.Listener) string {
	return strings.Replace(*of.ListenerArn, ":listener/", ":listener-rule/", 1)
}

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

// matches reports whether a request with the header meets the rule's condition. The name and the
// value are compared without regard to case, and one of several values suffices.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_HttpHeaderConditionConfig.html
func (r *rule) matches(header http.Header) bool {
	if *r.IsDefault {
		return true
	}
	wanted := r.Conditions[0].HttpHeaderConfig
	return slices.ContainsFunc(header.Values(*wanted.HttpHeaderName), func(value string) bool {
		return slices.ContainsFunc(wanted.Values, func(w string) bool { return strings.EqualFold(w, value) })
	})
}

// shares divides requests among the target groups of the rule by their weights. Any requests in a
// row are divided as evenly as whole requests can be.
func (r *rule) shares(requests int) []int {
	groups := forwardedTo(r.Actions[0])
	if len(groups) < 2 {
		return []int{requests}[:len(groups)]
	}
	first, total := int(*groups[0].Weight), int(*groups[0].Weight+*groups[1].Weight)
	share := (r.sent+requests)*first/total - r.sent*first/total
	r.sent = (r.sent + requests) % total
	return []int{share, requests - share}
}
