package dynamodb

import (
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

func (s *Service) getItem(in *dynamodb.GetItemInput) (*dynamodb.GetItemOutput, error) {
	t, key, err := s.locate(in.TableName, in.Key)
	if err != nil {
		return nil, err
	}
	found := t.get(key)
	if !aws.ToBool(in.ConsistentRead) {
		found = t.getStale(key, s.fabric.Scale(staleFor))
	}
	return &dynamodb.GetItemOutput{Item: maps.Clone(found)}, nil
}

func (s *Service) putItem(in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
	e := &expression{names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues}
	err := s.write(in.TableName, in.Item, e, in.ConditionExpression, func(*table, item) item { return maps.Clone(in.Item) })
	return &dynamodb.PutItemOutput{}, err
}

func (s *Service) updateItem(in *dynamodb.UpdateItemInput) (*dynamodb.UpdateItemOutput, error) {
	e := &expression{names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues}
	err := s.write(in.TableName, in.Key, e, in.ConditionExpression, func(t *table, former item) item {
		updated := maps.Clone(former)
		if updated == nil {
			updated = maps.Clone(in.Key)
		}
		e.update(aws.ToString(in.UpdateExpression), t.key, updated)
		return updated
	})
	return &dynamodb.UpdateItemOutput{}, err
}

func (s *Service) deleteItem(in *dynamodb.DeleteItemInput) (*dynamodb.DeleteItemOutput, error) {
	e := &expression{names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues}
	err := s.write(in.TableName, in.Key, e, in.ConditionExpression, func(*table, item) item { return nil })
	return &dynamodb.DeleteItemOutput{}, err
}

// write replaces the item with the result of change, nil to delete it, if the condition holds.
func (s *Service) write(name *string, located item, e *expression, condition *string, change func(*table, item) item) error {
	t, key, err := s.locate(name, located)
	if err != nil {
		return err
	}
	former := t.get(key)
	updated := change(t, former)
	holds := condition == nil || e.condition(*condition, former)
	if err := e.finish(); err != nil {
		return err
	}
	if !holds {
		return &types.ConditionalCheckFailedException{Message: aws.String("The conditional request failed")}
	}
	t.put(key, updated)
	return nil
}

func (s *Service) locate(name *string, attributes item) (*table, string, error) {
	t, err := s.table(name)
	if err != nil {
		return nil, "", err
	}
	key, err := t.keyOf(attributes)
	return t, key, err
}
