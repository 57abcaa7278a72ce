// Package current keeps the environment's recorded state: which release serves.
package current

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"photogallery/release"
)

// Key is the name of the table's key attribute; the record lies under "current". Expires is the name of
// the attribute with the second since 1970 from which on DynamoDB may delete an item; one without it stays.
const (
	Key     = "pk"
	Expires = "expires"
	record  = "current"
)

// Reader is what Read needs of DynamoDB.
type Reader interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
}

// Writer is what Write needs of DynamoDB.
type Writer interface {
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
}

// Read reads the record consistently; it is the zero Current if there is none yet.
func Read(ctx context.Context, api Reader, table string) (release.Current, error) {
	out, err := api.GetItem(ctx, &dynamodb.GetItemInput{
		TableName:      aws.String(table),
		Key:            map[string]types.AttributeValue{Key: &types.AttributeValueMemberS{Value: record}},
		ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return release.Current{}, err
	}
	document, _ := out.Item["document"].(*types.AttributeValueMemberS)
	if document == nil {
		return release.Current{}, nil
	}
	var current release.Current
	if err := json.Unmarshal([]byte(document.Value), &current); err != nil {
		return release.Current{}, release.Errorf(release.Unexpected, "the record of the current release in table %s is unreadable: %w", table, err)
	}
	return current, nil
}

// Write replaces the record. Writing the same twice changes nothing.
func Write(ctx context.Context, api Writer, table string, current release.Current) error {
	document, err := json.Marshal(current)
	if err != nil {
		return release.Errorf(release.Unexpected, "encode the current release: %w", err)
	}
	_, err = api.PutItem(ctx, &dynamodb.PutItemInput{
		TableName: aws.String(table),
		Item: map[string]types.AttributeValue{
			Key:        &types.AttributeValueMemberS{Value: record},
			"document": &types.AttributeValueMemberS{Value: string(document)},
		},
	})
	return err
}
