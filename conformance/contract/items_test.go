package contract

import (
	"errors"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"photogallery/lambdas/records"
)

const (
	conditions    = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Expressions.ConditionExpressions.html"
	updateItem    = "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_UpdateItem.html"
	reservedWords = "https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/ReservedWords.html"
	isAbsent      = "attribute_not_exists(" + records.Key + ")"
)

func items() []Behavior {
	return []Behavior{
		{"PutItem: attribute_not_exists lets one in and is ConditionalCheckFailedException for the next", conditions, "", func(a *Account) error {
			if err := a.put("one", isAbsent); err != nil {
				return err
			}
			return errors.Join(refused(a.put("two", isAbsent), "ConditionalCheckFailedException"), a.holds("one"))
		}},
		{"PutItem: a comparison holds for the value that is there only", conditions, "", func(a *Account) error {
			if err := a.put("one", ""); err != nil {
				return err
			}
			if err := errors.Join(refused(a.put("two", "holder = :other"), "ConditionalCheckFailedException"), a.holds("one")); err != nil {
				return err
			}
			return errors.Join(a.put("two", "holder = :one"), a.holds("two"))
		}},
		{"PutItem: a comparison with an item that is not there is ConditionalCheckFailedException", conditions, "", func(a *Account) error {
			return refused(a.put("two", "holder = :one"), "ConditionalCheckFailedException")
		}},
		{"PutItem: a reserved word in an expression is ValidationException", reservedWords, "", func(a *Account) error {
			return refused(a.put("one", "token = :one"), "ValidationException")
		}},
		{"GetItem: an item that is not there is an empty answer", "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html", "", func(a *Account) error {
			found, err := a.item()
			return errors.Join(err, same("attributes", len(found), 0))
		}},
		{"GetItem: an unknown table is ResourceNotFoundException", "https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_GetItem.html", "", func(a *Account) error {
			_, err := a.DynamoDB.GetItem(a.Context, &dynamodb.GetItemInput{TableName: aws.String("none"), Key: key()})
			return refused(err, "ResourceNotFoundException")
		}},
		{"UpdateItem: it makes the item, and leaves other attributes alone", updateItem, "", (*Account).updateMakesItem},
		{"UpdateItem: a failed condition changes nothing", updateItem, "", func(a *Account) error {
			if err := a.put("one", ""); err != nil {
				return err
			}
			err := a.update("SET holder = :new", aws.String("holder = :old"), map[string]types.AttributeValue{":new": text("two"), ":old": text("none")})
			return errors.Join(refused(err, "ConditionalCheckFailedException"), a.holds("one"))
		}},
		{"DeleteItem: a failed condition deletes nothing; without one an absent item is no error",
			"https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_DeleteItem.html", "", (*Account).deletesConditionally},
	}
}

func text(value string) types.AttributeValue { return &types.AttributeValueMemberS{Value: value} }

func key() map[string]types.AttributeValue {
	return map[string]types.AttributeValue{records.Key: text("probe")}
}

// put writes the item with a holder; :one and :other stand for "one" and "other" in the condition.
func (a *Account) put(holder, condition string) error {
	in := &dynamodb.PutItemInput{TableName: &a.Settings.Table, Item: key()}
	in.Item["holder"] = text(holder)
	if condition != "" {
		in.ConditionExpression = &condition
	}
	switch condition {
	case "", isAbsent:
	case "holder = :other":
		in.ExpressionAttributeValues = map[string]types.AttributeValue{":other": text("other")}
	default:
		in.ExpressionAttributeValues = map[string]types.AttributeValue{":one": text("one")}
	}
	_, err := a.DynamoDB.PutItem(a.Context, in)
	return err
}

func (a *Account) item() (map[string]types.AttributeValue, error) {
	out, err := a.DynamoDB.GetItem(a.Context, &dynamodb.GetItemInput{TableName: &a.Settings.Table, Key: key(), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return nil, err
	}
	return out.Item, nil
}

func (a *Account) holds(holder string) error {
	found, err := a.item()
	if err != nil {
		return err
	}
	value, _ := found["holder"].(*types.AttributeValueMemberS)
	if value == nil {
		return errors.New("there is no holder")
	}
	return same("the holder", value.Value, holder)
}

func (a *Account) update(expression string, condition *string, values map[string]types.AttributeValue) error {
	_, err := a.DynamoDB.UpdateItem(a.Context, &dynamodb.UpdateItemInput{
		TableName: &a.Settings.Table, Key: key(), UpdateExpression: &expression, ConditionExpression: condition, ExpressionAttributeValues: values,
	})
	return err
}

func (a *Account) updateMakesItem() error {
	if err := a.update("SET holder = :h", nil, map[string]types.AttributeValue{":h": text("one")}); err != nil {
		return err
	}
	if err := a.update("SET result = :r, expires = :e", nil, map[string]types.AttributeValue{":r": text("done"), ":e": text("never")}); refused(err, "ValidationException") != nil {
		return errors.Join(errors.New("the reserved word result is taken"), err)
	}
	if err := a.update("SET outcome = :r, expires = :e", nil, map[string]types.AttributeValue{":r": text("done"), ":e": text("never")}); err != nil {
		return err
	}
	found, err := a.item()
	return errors.Join(err, same("attributes", len(found), 4), a.holds("one"))
}

func (a *Account) deletesConditionally() error {
	if err := a.put("one", ""); err != nil {
		return err
	}
	in := &dynamodb.DeleteItemInput{
		TableName: &a.Settings.Table, Key: key(), ConditionExpression: aws.String("holder = :h"),
		ExpressionAttributeValues: map[string]types.AttributeValue{":h": text("other")},
	}
	_, err := a.DynamoDB.DeleteItem(a.Context, in)
	if err := errors.Join(refused(err, "ConditionalCheckFailedException"), a.holds("one")); err != nil {
		return err
	}
	in.ConditionExpression, in.ExpressionAttributeValues = nil, nil
	for range 2 {
		if _, err := a.DynamoDB.DeleteItem(a.Context, in); err != nil {
			return err
		}
	}
	found, err := a.item()
	return errors.Join(err, same("attributes", len(found), 0))
}
