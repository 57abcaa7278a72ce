package elb

import (
	"math"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
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
