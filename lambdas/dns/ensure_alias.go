package dns

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"photogallery/lambdas/balancer"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// EnsureAlias points the domain to the load balancer. It runs early: a change takes up to a minute
// to reach all of Route 53's servers, which is over long before the release is verified. While the domain
// leads to the front door, it only checks, and runs again when the release is verified.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html
var EnsureAlias = step.Define(step.Step{
	Name:     "EnsureAlias",
	Summary:  "Points the domain's alias record to the load balancer; refuses another owner's record.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("elasticloadbalancing:DescribeLoadBalancers"),
		{Name: "dynamodb:GetItem", Scope: step.StackTable},
		{Name: "dynamodb:PutItem", Scope: step.StackTable},
		{Name: "route53:ListResourceRecordSets", Scope: step.StackZone},
		{Name: "route53:ChangeResourceRecordSets", Scope: step.StackZone},
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, Input) (Alias, error) {
	return ensureAlias{clients.Route53, clients.ELB, clients.DynamoDB, settings}.run
})

// Input is the step's input.
type Input struct {
	step.Call
	Plan     release.Plan `json:"plan"`
	Verified bool         `json:"verified"` // the load balancer has a healthy fleet
}

// Alias says where the domain points.
type Alias struct {
	Domain string `json:"domain"`
	Target string `json:"target"`
}

type recordAPI interface {
	Lister
	Changer
}

type tableAPI interface {
	records.Reader
	records.Writer
}

type ensureAlias struct {
	api       recordAPI
	balancers elb.DescribeLoadBalancersAPIClient
	table     tableAPI
	settings  step.Settings
}

func (e ensureAlias) run(ctx context.Context, in Input) (Alias, error) {
	if e.settings.Domain == "" {
		return Alias{}, nil
	}
	entrance, err := balancer.Find(ctx, e.balancers, e.settings.Environment)
	if err != nil {
		return Alias{}, err
	}
	if entrance == nil {
		return Alias{}, release.Errorf(release.AwsUnavailable, "load balancer %s was active but cannot be seen", e.settings.Environment.Name())
	}
	known, err := e.known(ctx, entrance)
	if err != nil {
		return Alias{}, err
	}
	answer := Alias{Domain: e.settings.Domain, Target: bare(entrance.DNSName)}
	if known != nil && Target(*known) == answer.Target {
		return answer, nil
	}
	if waits, err := e.waits(ctx, in); err != nil || waits {
		return Alias{}, err
	}
	return answer, e.lead(ctx, entrance, known)
}

// known returns the environment's record, or nil if there is none. It refuses another owner's.
func (e ensureAlias) known(ctx context.Context, entrance *elbtypes.LoadBalancer) (*types.ResourceRecordSet, error) {
	known, err := Find(ctx, e.api, e.settings)
	if err != nil || known == nil {
		return nil, err
	}
	owns, err := Owns(ctx, e.table, e.settings, *known, entrance)
	if err == nil && !owns {
		err = release.Errorf(release.InvalidRequest, "%s has an address record in hosted zone %s that leads to %s, which is not a load balancer of %s; delete the record or deploy with another domain, then release again",
			e.settings.Domain, e.settings.HostedZone, Target(*known), e.settings.Environment.Name())
	}
	return known, err
}

// waits reports whether the domain goes on leading to the front door, because nothing serves yet.
func (e ensureAlias) waits(ctx context.Context, in Input) (bool, error) {
	if !e.settings.Door || in.Verified {
		return false, nil
	}
	current, err := records.ReadCurrent(ctx, e.table, e.settings.Table)
	return !current.Serving, err
}

// lead points the domain to the load balancer, and records the former target. A record keeps its form: one
// of the two forms of a domain with and without a front door cannot stand beside the other.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_ResourceRecordSet.html
func (e ensureAlias) lead(ctx context.Context, entrance *elbtypes.LoadBalancer, known *types.ResourceRecordSet) error {
	targets := []string{bare(entrance.DNSName)}
	record := types.ResourceRecordSet{Name: aws.String(e.settings.Domain), Type: types.RRTypeA}
	switch {
	case known != nil:
		targets = append(targets, host(*known))
		record.SetIdentifier, record.Weight = known.SetIdentifier, known.Weight
	case e.settings.Door:
		record.SetIdentifier, record.Weight = aws.String(e.settings.Environment.Name()), aws.Int64(1)
	}
	if err := records.WriteAliasTargets(ctx, e.table, e.settings.Table, targets...); err != nil {
		return err
	}
	// Target health does not matter for a single record: there is no other record to answer with. Beside the
	// front door's it must not: the fleet of a release that has only begun makes a load balancer unhealthy.
	// https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
	record.AliasTarget = &types.AliasTarget{DNSName: entrance.DNSName, HostedZoneId: entrance.CanonicalHostedZoneId, EvaluateTargetHealth: false}
	return change(ctx, e.api, e.settings, types.ChangeActionUpsert, record)
}
