package records

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

const (
	aliasID = "alias"
	targets = "targets"
	written = "written"
)

// ReadAliasTargets returns the targets that the domain's record was last given, or nil if there are none.
func ReadAliasTargets(ctx context.Context, api Reader, table string) ([]string, error) {
	found, err := get(ctx, api, table, aliasID)
	if err != nil {
		return nil, err
	}
	set, _ := found[targets].(*types.AttributeValueMemberSS)
	if set == nil {
		return nil, nil
	}
	return set.Value, nil
}

// ReadAliasTime returns when WriteAliasTargets was called last, or the zero time.
func ReadAliasTime(ctx context.Context, api Reader, table string) (time.Time, error) {
	found, err := get(ctx, api, table, aliasID)
	if err != nil {
		return time.Time{}, err
	}
	at, _ := found[written].(*types.AttributeValueMemberS)
	if at == nil {
		return time.Time{}, nil
	}
	return time.Parse(time.RFC3339, at.Value)
}

// WriteAliasTargets replaces the targets. Callers write them before they change the record, the former
// target included, so that the record is recognized whether the change happens or not.
func WriteAliasTargets(ctx context.Context, api Writer, table string, known ...string) error {
	item := key(aliasID)
	item[targets] = &types.AttributeValueMemberSS{Value: slices.Compact(known)}
	item[written] = &types.AttributeValueMemberS{Value: time.Now().UTC().Format(time.RFC3339)}
	_, err := api.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(table), Item: item})
	return err
}
