// Package records reads and writes the items of the environment's DynamoDB table, with a file for
// each kind of item. Reads are consistent. Errors are the SDK's own, except for an item that cannot
// be decoded, which is Unexpected.
package records

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Key is the table's key attribute. Expires is the attribute with the time, in seconds since 1970,
// after which DynamoDB may delete an item. An item without it stays.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/howitworks-ttl.html
const (
	Key     = "pk"
	Expires = "expires"
)

// Reader reads an item.
type Reader interface {
	GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error)
}

// Writer writes a whole item.
type Writer interface {
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
}

// Updater writes attributes of an item.
type Updater interface {
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
}

// Deleter deletes an item.
type Deleter interface {
	DeleteItem(context.Context, *dynamodb.DeleteItemInput, ...func(*dynamodb.Options)) (*dynamodb.DeleteItemOutput, error)
}

type item = map[string]types.AttributeValue

func key(id string) item { return item{Key: str(id)} }

func str(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

// text returns a string attribute, or "" if the item has none of that name.
func text(of item, name string) string {
	value, _ := of[name].(*types.AttributeValueMemberS)
	if value == nil {
		return ""
	}
	return value.Value
}

// get returns an item, or nil if there is none.
func get(ctx context.Context, api Reader, table, id string) (item, error) {
	out, err := api.GetItem(ctx, &dynamodb.GetItemInput{TableName: aws.String(table), Key: key(id), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}
