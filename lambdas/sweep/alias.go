package sweep

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"photogallery/lambdas/balancer"
	"photogallery/lambdas/dns"
	"photogallery/lambdas/inventory"
	"photogallery/lambdas/step"
)

const aliasKind = "alias record"

type recordAPI interface {
	dns.Lister
	dns.Changer
}

// alias removes the domain's record if it has the target that EnsureAlias gave it. Other records
// stay. Without a domain there is no record.
var alias = Stage{
	Name: "alias",
	looks: []step.Operation{
		{Name: "route53:ListResourceRecordSets", Scope: step.StackZone},
		step.Unbound("elasticloadbalancing:DescribeLoadBalancers"),
	},
	changes: []step.Operation{{Name: "route53:ChangeResourceRecordSets", Scope: step.StackZone}},
	list: func(ctx context.Context, c cloud, _ extent) ([]inventory.Resource, error) {
		found, err := c.alias(ctx)
		if err != nil || found == nil {
			return nil, err
		}
		return []inventory.Resource{{Kind: aliasKind, ID: aws.ToString(found.Name), Name: dns.Target(*found)}}, nil
	},
	remove: removeAlias,
}

// removeAlias ignores a refusal if the record is gone: the answer to an earlier call was lost, and
// Route 53 has only one code, InvalidChangeBatch, for all refusals.
func removeAlias(ctx context.Context, c cloud, _ extent, _ []inventory.Resource) error {
	found, err := c.alias(ctx)
	if err != nil || found == nil {
		return err
	}
	refused := dns.Remove(ctx, c.records, c.settings, *found)
	if refused == nil {
		return nil
	}
	if found, err := c.alias(ctx); err == nil && found == nil {
		return nil
	}
	return refused
}

// alias returns the environment's own record, or nil if there is none.
func (c cloud) alias(ctx context.Context) (*types.ResourceRecordSet, error) {
	if c.settings.Domain == "" {
		return nil, nil
	}
	found, err := dns.Find(ctx, c.records, c.settings)
	if err != nil || found == nil {
		return nil, err
	}
	entrance, err := balancer.Find(ctx, c.balancers, c.settings.Environment)
	if err != nil {
		return nil, err
	}
	owns, err := dns.Owns(ctx, c.table, c.settings, *found, entrance)
	if err != nil || !owns {
		return nil, err
	}
	return found, nil
}
