package dynamodb

import (
	"slices"

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
	return &dynamodb.GetItemOutput{Item: clone(found)}, nil
}

func (s *Service) putItem(in *dynamodb.PutItemInput) (*dynamodb.PutItemOutput, error) {
	e := &expression{names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues}
	attributes, err := s.write(in.TableName, in.Item, request{e, in.ConditionExpression, in.ReturnValuesOnConditionCheckFailure, in.ReturnValues},
		func(*table) item { return clone(in.Item) })
	return &dynamodb.PutItemOutput{Attributes: attributes}, err
}

func (s *Service) updateItem(in *dynamodb.UpdateItemInput) (*dynamodb.UpdateItemOutput, error) {
	e := &expression{names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues}
	attributes, err := s.write(in.TableName, in.Key, request{e, in.ConditionExpression, in.ReturnValuesOnConditionCheckFailure, in.ReturnValues},
		func(t *table) item {
			updated := clone(e.item)
			if updated == nil {
				updated = clone(in.Key)
			}
			e.update(aws.ToString(in.UpdateExpression), t.key, updated)
			return updated
		})
	return &dynamodb.UpdateItemOutput{Attributes: attributes}, err
}

func (s *Service) deleteItem(in *dynamodb.DeleteItemInput) (*dynamodb.DeleteItemOutput, error) {
	e := &expression{names: in.ExpressionAttributeNames, values: in.ExpressionAttributeValues}
	attributes, err := s.write(in.TableName, in.Key, request{e, in.ConditionExpression, in.ReturnValuesOnConditionCheckFailure, in.ReturnValues},
		func(*table) item { return nil })
	return &dynamodb.DeleteItemOutput{Attributes: attributes}, err
}

// request is what the writing operations have in common.
type request struct {
	expression *expression
	condition  *string
	onFailure  types.ReturnValuesOnConditionCheckFailure
	answer     types.ReturnValue
}

// write replaces the item by what change makes of it, nil for none, if the condition holds.
func (s *Service) write(name *string, located item, r request, change func(*table) item) (item, error) {
	t, key, err := s.locate(name, located)
	if err != nil {
		return nil, err
	}
	if !slices.Contains([]types.ReturnValue{"", types.ReturnValueNone, types.ReturnValueAllOld, types.ReturnValueAllNew}, r.answer) {
		return nil, invalid("Return values of %s are none of the embedded cloud's", r.answer)
	}
	former := t.get(key)
	r.expression.item = former
	updated := change(t)
	holds := r.condition == nil || r.expression.condition(*r.condition)
	if err := r.expression.finish(); err != nil {
		return nil, err
	}
	if !holds {
		failed := &types.ConditionalCheckFailedException{Message: aws.String("The conditional request failed")}
		if r.onFailure == types.ReturnValuesOnConditionCheckFailureAllOld {
			failed.Item = clone(former)
		}
		return nil, failed
	}
	t.put(key, updated)
	switch r.answer {
	case types.ReturnValueAllOld:
		return clone(former), nil
	case types.ReturnValueAllNew:
		return clone(updated), nil
	}
	return nil, nil
}

func (s *Service) locate(name *string, attributes item) (*table, string, error) {
	t, err := s.table(name)
	if err != nil {
		return nil, "", err
	}
	key, err := t.keyOf(attributes)
	return t, key, err
}
