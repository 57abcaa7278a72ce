package elb_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

const preview = "X-Photogallery-Preview"

func ruleOf(listener types.Listener, priority int32, group, value string) *elbv2.CreateRuleInput {
	return &elbv2.CreateRuleInput{
		ListenerArn: listener.ListenerArn, Priority: aws.Int32(priority), Actions: []types.Action{forward(weighted(group, 1))},
		Conditions: []types.RuleCondition{{Field: aws.String("http-header"), HttpHeaderConfig: &types.HttpHeaderConditionConfig{
			HttpHeaderName: aws.String(preview), Values: []string{value},
		}}},
		Tags: []types.Tag{{Key: aws.String("photogallery:environment"), Value: aws.String("main")}},
	}
}

func (c cloud) rule(in *elbv2.CreateRuleInput) types.Rule {
	c.Helper()
	out, err := c.client.CreateRule(c.Context(), in)
	if err != nil {
		c.Fatal(err)
	}
	return out.Rules[0]
}

func (c cloud) rules(listener types.Listener) []types.Rule {
	c.Helper()
	out, err := c.client.DescribeRules(c.Context(), &elbv2.DescribeRulesInput{ListenerArn: listener.ListenerArn})
	if err != nil {
		c.Fatal(err)
	}
	return out.Rules
}

func (c cloud) deleteRule(arn *string) error {
	_, err := c.client.DeleteRule(c.Context(), &elbv2.DeleteRuleInput{RuleArn: arn})
	return err
}

func TestRuleForwardsRequestsWithItsHeader(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer, green := c.open(), c.second()
		old, fresh := c.launch("i-1", "us-east-1a"), c.launchInto(green, "i-2", "us-east-1b")
		made := c.rule(ruleOf(c.listener(balancer), 10, green, "secret"))
		for _, header := range [][]string{{preview, "secret"}, {strings.ToLower(preview), "SECRET"}, {preview, "other"}, {"X-Other", "secret"}, nil} {
			c.get(balancer, header...)
		}
		if old.count() != 3 || fresh.count() != 2 {
			c.Errorf("%d requests went by the default rule and %d by the other", old.count(), fresh.count())
		}
		if fresh.seen.Header.Get(preview) != "SECRET" {
			c.Errorf("the target saw %v", fresh.seen.Header)
		}
		c.wait(15 * time.Second)
		if got := c.healthOf(green)["i-2"]; got.State != types.TargetHealthStateEnumHealthy {
			c.Errorf("the target of a rule is %+v", got)
		}
		if err := c.deleteRule(made.RuleArn); err != nil {
			c.Fatal(err)
		}
		c.get(balancer, preview, "secret")
		if got := c.healthOf(green)["i-2"]; fresh.count() != 2 || got.Reason != types.TargetHealthReasonEnumNotInUse {
			c.Errorf("without the rule the target is %+v and has %d requests", got, fresh.count())
		}
	})
}

func TestRulesAreTriedByPriority(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer, green := c.open(), c.second()
		listener := c.listener(balancer)
		fresh := c.launchInto(green, "i-2", "us-east-1b")
		last, first := c.rule(ruleOf(listener, 50000, c.group, "secret")), c.rule(ruleOf(listener, 1, green, "secret"))
		c.get(balancer, preview, "secret")
		if fresh.count() != 1 {
			c.Error("the rule of the lower priority was tried first")
		}
		rules := c.rules(listener)
		if len(rules) != 3 || *rules[0].RuleArn != *first.RuleArn || *rules[1].RuleArn != *last.RuleArn {
			c.Fatalf("got %+v", rules)
		}
		if *rules[0].Priority != "1" || *rules[0].IsDefault || *rules[0].Conditions[0].HttpHeaderConfig.HttpHeaderName != preview || *rules[0].Actions[0].TargetGroupArn != green {
			c.Errorf("the first rule is %+v", rules[0])
		}
		if *rules[2].Priority != "default" || !*rules[2].IsDefault || *rules[2].Actions[0].TargetGroupArn != c.group || len(rules[2].Conditions) != 0 {
			c.Errorf("the default rule is %+v", rules[2])
		}
		begins := strings.Replace(*listener.ListenerArn, ":listener/", ":listener-rule/", 1) + "/"
		for _, rule := range rules {
			if !strings.HasPrefix(*rule.RuleArn, begins) {
				c.Errorf("%s does not begin with %s", *rule.RuleArn, begins)
			}
		}
	})
}

func TestRulesGoWithTheirListenerAndLoadBalancer(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer, green := c.open(), c.second()
		first := c.rule(ruleOf(c.listener(balancer), 1, green, "secret"))
		if _, err := c.client.DeleteListener(c.Context(), &elbv2.DeleteListenerInput{ListenerArn: c.listener(balancer).ListenerArn}); err != nil {
			c.Fatal(err)
		}
		second := c.rule(ruleOf(c.listen(balancer), 1, green, "secret"))
		if err := c.remove(balancer); err != nil {
			c.Fatal(err)
		}
		for _, rule := range []types.Rule{first, second} {
			if err := c.deleteRule(rule.RuleArn); codeOf(err) != "RuleNotFound" {
				c.Errorf("deleting %s: %v", *rule.RuleArn, err)
			}
		}
		c.rule(ruleOf(c.listen(c.create()), 1, green, "secret")) // no other load balancer uses the group
	})
}

func TestChangedListenerKeepsItsRules(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer, green := c.open(), c.second()
		c.rule(ruleOf(c.listener(balancer), 1, green, "secret"))
		c.shift(balancer, forward(weighted(c.group, 95), weighted(green, 5)))
		rules := c.rules(c.listener(balancer))
		if len(rules) != 2 || *rules[0].Priority != "1" || len(rules[1].Actions[0].ForwardConfig.TargetGroups) != 2 {
			c.Errorf("got %+v", rules)
		}
	})
}

func TestRulesThatAreRefused(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer, green := c.open(), c.second()
		listener := c.listener(balancer)
		c.rule(ruleOf(listener, 10, green, "secret"))
		second := request()
		second.Name = aws.String("second")
		other, err := c.client.CreateLoadBalancer(c.Context(), second)
		if err != nil {
			c.Fatal(err)
		}
		var free string
		c.fabric.Do(func() { free = c.service.AddTargetGroup("free", "/healthz") })
		foreign, err := c.client.CreateListener(c.Context(), forwardTo(other.LoadBalancers[0], free))
		if err != nil {
			c.Fatal(err)
		}
		absent := types.Listener{ListenerArn: aws.String("absent")}
		for name, test := range map[string]struct {
			in   *elbv2.CreateRuleInput
			want string
		}{
			"the same rule again":            {ruleOf(listener, 10, green, "secret"), "PriorityInUse"},
			"an unknown listener":            {ruleOf(absent, 11, green, "secret"), "ListenerNotFound"},
			"an unknown group":               {ruleOf(listener, 11, "absent", "secret"), "TargetGroupNotFound"},
			"a group of another":             {ruleOf(foreign.Listeners[0], 1, green, "secret"), "TargetGroupAssociationLimit"},
			"priority 0":                     {ruleOf(listener, 0, green, "secret"), "ValidationError"},
			"too large a priority":           {ruleOf(listener, 50001, green, "secret"), "ValidationError"},
			"a wildcard":                     {ruleOf(listener, 11, green, "sec*"), "ValidationError"},
			"another wildcard":               {ruleOf(listener, 11, green, "secre?"), "ValidationError"},
			"no value":                       {ruleOf(listener, 11, green, ""), "ValidationError"},
			"too long a value":               {ruleOf(listener, 11, green, strings.Repeat("x", 129)), "ValidationError"},
			"the host":                       {changed(ruleOf(listener, 11, green, "x"), func(in *elbv2.CreateRuleInput) { in.Conditions[0].HttpHeaderConfig.HttpHeaderName = aws.String("Host") }), "ValidationError"},
			"another condition":              {changed(ruleOf(listener, 11, green, "x"), func(in *elbv2.CreateRuleInput) { in.Conditions[0].Field = aws.String("path-pattern") }), "ValidationError"},
			"a condition with values beside": {changed(ruleOf(listener, 11, green, "x"), func(in *elbv2.CreateRuleInput) { in.Conditions[0].Values = []string{"x"} }), "ValidationError"},
			"no condition":                   {changed(ruleOf(listener, 11, green, "x"), func(in *elbv2.CreateRuleInput) { in.Conditions = []types.RuleCondition{} }), "ValidationError"},
			"a redirect":                     {changed(ruleOf(listener, 11, green, "x"), func(in *elbv2.CreateRuleInput) { in.Actions = toHTTPS("example.com") }), "ValidationError"},
		} {
			if _, err := c.client.CreateRule(c.Context(), test.in); codeOf(err) != test.want {
				c.Errorf("%s: got %v, want %s", name, err, test.want)
			}
		}
		rules := c.rules(listener)
		if err := c.deleteRule(rules[1].RuleArn); len(rules) != 2 || codeOf(err) != "OperationNotPermitted" {
			c.Errorf("%d rules; deleting the default rule: %v", len(rules), err)
		}
		if _, err := c.client.DescribeRules(c.Context(), &elbv2.DescribeRulesInput{ListenerArn: absent.ListenerArn}); codeOf(err) != "ListenerNotFound" {
			c.Errorf("rules of an unknown listener: %v", err)
		}
	})
}

func changed(in *elbv2.CreateRuleInput, change func(*elbv2.CreateRuleInput)) *elbv2.CreateRuleInput {
	change(in)
	return in
}
