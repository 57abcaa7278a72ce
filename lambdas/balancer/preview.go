package balancer

import (
	"context"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/release"
)

// PreviewHeader is the header whose value, which only the release knows, leads a request to the
// fleet that no visitor sees yet.
const PreviewHeader = "X-Photogallery-Preview"

// RuleReader is the part of the client that reads the rules of a listener.
type RuleReader interface {
	DescribeRules(context.Context, *elb.DescribeRulesInput, ...func(*elb.Options)) (*elb.DescribeRulesOutput, error)
}

// RuleDeleter is the part of the client that deletes rules.
type RuleDeleter interface {
	DeleteRule(context.Context, *elb.DeleteRuleInput, ...func(*elb.Options)) (*elb.DeleteRuleOutput, error)
}

// DeleteRule deletes a rule, which may be gone already.
func DeleteRule(ctx context.Context, api RuleDeleter, arn *string) error {
	_, err := api.DeleteRule(ctx, &elb.DeleteRuleInput{RuleArn: arn})
	if release.IsNotFound(err) {
		return nil
	}
	return err
}

// rules describes all rules of a listener, the default one included.
func rules(ctx context.Context, api RuleReader, listener string) ([]types.Rule, error) {
	var all []types.Rule
	in := &elb.DescribeRulesInput{ListenerArn: aws.String(listener)}
	for {
		out, err := api.DescribeRules(ctx, in)
		if err != nil {
			return nil, err
		}
		all = append(all, out.Rules...)
		if aws.ToString(out.NextMarker) == "" {
			return all, nil
		}
		in.Marker = out.NextMarker
	}
}

// Previews lists the preview rules of a listener.
func Previews(ctx context.Context, api RuleReader, listener string) ([]types.Rule, error) {
	all, err := rules(ctx, api, listener)
	var found []types.Rule
	for _, rule := range all {
		if password(rule) != "" {
			found = append(found, rule)
		}
	}
	return found, err
}

// password returns the value of the preview header that a rule asks for, or "" for another rule.
func password(rule types.Rule) string {
	for _, condition := range rule.Conditions {
		config := condition.HttpHeaderConfig
		if config != nil && strings.EqualFold(aws.ToString(config.HttpHeaderName), PreviewHeader) && len(config.Values) == 1 {
			return config.Values[0]
		}
	}
	return ""
}
