// Package lock keeps one run at a time in an environment. The lock is an item that names the
// execution that holds it; it does not expire by itself, because only the end of an execution
// tells that its steps have ended.
package lock

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"photogallery/lambdas/current"
	"photogallery/release"
)

// id is the item's key.
const id = "lock"

// record is who holds the environment, and what has to be undone should the holder die: its own
// release and those it inherited.
type record struct {
	Holder  string    `json:"-"`       // ARN of an execution
	Release string    `json:"release"` // "" for a teardown
	Undo    []string  `json:"undo"`
	Since   time.Time `json:"since"`
}

type putter interface {
	PutItem(context.Context, *dynamodb.PutItemInput, ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error)
}

// Require is nil while execution holds the environment's lock, and LockLost otherwise.
func Require(ctx context.Context, api current.Reader, table, execution string) error {
	held, err := read(ctx, api, table)
	if err != nil {
		return err
	}
	switch {
	case held == nil:
		return release.Errorf(release.LockLost, "the environment's lock is gone; start the release again")
	case held.Holder != execution:
		return release.Errorf(release.LockLost, "the environment's lock is held by %s; start the release again when that has ended", held.Holder)
	}
	return nil
}

// read is nil where nobody holds the lock.
func read(ctx context.Context, api current.Reader, table string) (*record, error) {
	out, err := api.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(table), Key: key(), ConsistentRead: aws.Bool(true),
	})
	if err != nil || len(out.Item) == 0 {
		return nil, err
	}
	held := &record{Holder: text(out.Item, "holder")}
	if err := json.Unmarshal([]byte(text(out.Item, "document")), held); err != nil {
		return nil, release.Errorf(release.Unexpected, "the lock in table %s is unreadable: %w; delete the item %q when no execution runs", table, err, id)
	}
	return held, nil
}

// write replaces the lock of former, "" for nobody. IsAlreadyExists tells that somebody else was
// faster.
func write(ctx context.Context, api putter, table, former string, held record) error {
	document, err := json.Marshal(held)
	if err != nil {
		return release.Errorf(release.Unexpected, "encode the lock: %w", err)
	}
	item := key()
	item["holder"] = &types.AttributeValueMemberS{Value: held.Holder}
	item["document"] = &types.AttributeValueMemberS{Value: string(document)}
	in := &dynamodb.PutItemInput{TableName: aws.String(table), Item: item}
	if former == "" {
		in.ConditionExpression = aws.String("attribute_not_exists(" + current.Key + ")")
	} else {
		in.ConditionExpression, in.ExpressionAttributeValues = heldBy(former)
	}
	_, err = api.PutItem(ctx, in)
	return err
}

func heldBy(holder string) (*string, map[string]types.AttributeValue) {
	return aws.String("holder = :holder"), map[string]types.AttributeValue{
		":holder": &types.AttributeValueMemberS{Value: holder},
	}
}

func key() map[string]types.AttributeValue {
	return map[string]types.AttributeValue{current.Key: &types.AttributeValueMemberS{Value: id}}
}

func text(item map[string]types.AttributeValue, name string) string {
	value, _ := item[name].(*types.AttributeValueMemberS)
	if value == nil {
		return ""
	}
	return value.Value
}
