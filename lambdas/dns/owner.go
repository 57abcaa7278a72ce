package dns

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
)

// Owns reports whether a record is an alias, simple or with the environment's name, to the environment's load
// balancer, which may be nil, or to one that EnsureAlias pointed the domain to. Records have no tags, and the name of a
// load balancer is unique only within an account and Region, so the form of a target does not show
// its owner.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
func Owns(ctx context.Context, table records.Reader, settings step.Settings, record types.ResourceRecordSet, entrance *elbtypes.LoadBalancer) (bool, error) {
	identifier := aws.ToString(record.SetIdentifier)
	if record.AliasTarget == nil || identifier != "" && identifier != settings.Environment.Name() {
		return false, nil
	}
	if entrance != nil && host(record) == bare(entrance.DNSName) {
		return true, nil
	}
	known, err := records.ReadAliasTargets(ctx, table, settings.Table)
	return slices.Contains(known, host(record)), err
}

// host returns the target without dualstack., which Route 53's console writes before a load
// balancer's name.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
func host(record types.ResourceRecordSet) string {
	return strings.TrimPrefix(Target(record), "dualstack.")
}
