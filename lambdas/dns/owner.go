package dns

import (
	"context"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"photogallery/lambdas/current"
	"photogallery/lambdas/step"
)

// The table's item that remembers where EnsureAlias let the domain lead. Records have no tags, and the name of
// a load balancer is unique in one account and Region alone: the form of a target does not show whose it is.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
const (
	item    = "alias"
	targets = "targets"
)

// Owns reports whether a record is a plain alias to the environment's load balancer, which is nil if there is
// none, or to one that EnsureAlias let the domain lead to.
func Owns(ctx context.Context, table current.Reader, settings step.Settings, record types.ResourceRecordSet, entrance *elbtypes.LoadBalancer) (bool, error) {
	if record.AliasTarget == nil || record.SetIdentifier != nil {
		return false, nil
	}
	if entrance != nil && host(record) == bare(entrance.DNSName) {
		return true, nil
	}
	known, err := remembered(ctx, table, settings.Table)
	return slices.Contains(known, host(record)), err
}

// host is the target without dualstack., which Route 53's console writes in front of a load balancer's name.
// https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
func host(record types.ResourceRecordSet) string {
	return strings.TrimPrefix(Target(record), "dualstack.")
}

// remembered lists the targets that remember wrote last; nil if there are none.
func remembered(ctx context.Context, api current.Reader, table string) ([]string, error) {
	out, err := api.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(table), Key: key(), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return nil, err
	}
	set, _ := out.Item[targets].(*dynamotypes.AttributeValueMemberSS)
	if set == nil {
		return nil, nil
	}
	return set.Value, nil
}

// remember replaces the targets. It comes before the change and names the former target too, so that the
// record is known whether the change happens or not.
func remember(ctx context.Context, api current.Writer, table string, known ...string) error {
	kept := key()
	kept[targets] = &dynamotypes.AttributeValueMemberSS{Value: slices.Compact(known)}
	_, err := api.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(table), Item: kept})
	return err
}

func key() map[string]dynamotypes.AttributeValue {
	return map[string]dynamotypes.AttributeValue{current.Key: &dynamotypes.AttributeValueMemberS{Value: item}}
}
