package builder

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/lambdas/current"
	"photogallery/release"
)

// kept is how long a build's record is of use, with room to spare; DynamoDB deletes it later.
const kept = 7 * 24 * time.Hour

// maxReason bounds what is kept of a builder's words: they come from outside.
const maxReason = 2048

// died is the status of a build whose builder ended without a result.
const died release.BuildStatus = "died"

// result is how a build ended.
type result struct {
	Status release.BuildStatus `json:"status"`
	Reason string              `json:"reason"`
}

// record is what is known of a build: the task token that waits for it and its result, in whichever
// order they came; "" and nil for what is not known.
type record struct {
	token  string
	result *result
}

// records keeps a record under each instance.
type records struct {
	api   recordAPI
	table string
}

type recordAPI interface {
	current.Reader
	UpdateItem(context.Context, *dynamodb.UpdateItemInput, ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error)
}

func (r records) putToken(ctx context.Context, instance, token string) error {
	return r.put(ctx, instance, "token", token, nil)
}

// putResult keeps the first result: a builder that has reported is ended afterwards, which is no
// death.
func (r records) putResult(ctx context.Context, instance string, known result) error {
	encoded, err := json.Marshal(known)
	if err != nil {
		return release.Errorf(release.Unexpected, "encode a build's result: %w", err)
	}
	err = r.put(ctx, instance, "result", string(encoded), aws.String("attribute_not_exists(#attribute)"))
	if release.IsAlreadyExists(err) {
		return nil
	}
	return err
}

func (r records) put(ctx context.Context, instance, attribute, value string, condition *string) error {
	_, err := r.api.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                aws.String(r.table),
		Key:                      key(instance),
		UpdateExpression:         aws.String("SET #attribute = :value, " + current.Expires + " = :expires"),
		ConditionExpression:      condition,
		ExpressionAttributeNames: map[string]string{"#attribute": attribute},
		ExpressionAttributeValues: map[string]dynamotypes.AttributeValue{
			":value":   &dynamotypes.AttributeValueMemberS{Value: value},
			":expires": &dynamotypes.AttributeValueMemberN{Value: strconv.FormatInt(time.Now().Add(kept).Unix(), 10)},
		},
	})
	return err
}

func (r records) get(ctx context.Context, instance string) (record, error) {
	out, err := r.api.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: aws.String(r.table), Key: key(instance), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return record{}, err
	}
	var found record
	if token, known := out.Item["token"].(*dynamotypes.AttributeValueMemberS); known {
		found.token = token.Value
	}
	if encoded, known := out.Item["result"].(*dynamotypes.AttributeValueMemberS); known {
		found.result = &result{}
		if err := json.Unmarshal([]byte(encoded.Value), found.result); err != nil {
			return record{}, release.Errorf(release.Unexpected, "the record of build %s is unreadable: %w", instance, err)
		}
	}
	return found, nil
}

func key(instance string) map[string]dynamotypes.AttributeValue {
	return map[string]dynamotypes.AttributeValue{current.Key: &dynamotypes.AttributeValueMemberS{Value: "build#" + instance}}
}

type taskAPI interface {
	SendTaskSuccess(context.Context, *sfn.SendTaskSuccessInput, ...func(*sfn.Options)) (*sfn.SendTaskSuccessOutput, error)
	SendTaskFailure(context.Context, *sfn.SendTaskFailureInput, ...func(*sfn.Options)) (*sfn.SendTaskFailureOutput, error)
}

// complete ends the task that waits for a build. A task that has ended already needs nothing.
func complete(ctx context.Context, api taskAPI, instance string, known record) error {
	if known.token == "" || known.result == nil {
		return nil
	}
	var err error
	if known.result.Status == release.BuildSuccess {
		_, err = api.SendTaskSuccess(ctx, &sfn.SendTaskSuccessInput{TaskToken: aws.String(known.token), Output: aws.String("{}")})
	} else {
		code, cause := release.BuildFailed, "builder "+instance+" could not provision the bundle: "+known.result.Reason
		if known.result.Status == died {
			code, cause = release.BuilderDied, "builder "+instance+" "+known.result.Reason
		}
		_, err = api.SendTaskFailure(ctx, &sfn.SendTaskFailureInput{
			TaskToken: aws.String(known.token), Error: aws.String(string(code)), Cause: aws.String(cause),
		})
	}
	if release.IsTaskOver(err) {
		return nil
	}
	return err
}

// death is the result of a builder that came into that state without one. EC2 may know why, such as
// a volume that it could not make.
func death(state string, instance types.Instance) result {
	reason := "went " + state + " before it reported a result"
	if instance.StateReason != nil && aws.ToString(instance.StateReason.Message) != "" {
		reason += " (" + aws.ToString(instance.StateReason.Message) + ")"
	}
	return result{Status: died, Reason: reason + "; start the release again"}
}

// clip cuts a builder's words at the front: what went wrong last stands at the end.
func clip(reason string) string {
	if len(reason) <= maxReason {
		return reason
	}
	return "…" + strings.ToValidUTF8(reason[len(reason)-maxReason:], "")
}
