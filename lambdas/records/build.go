package records

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"photogallery/release"
)

// buildExpiry is longer than any build's record is needed.
const buildExpiry = 7 * 24 * time.Hour

// Result is the result of a build.
type Result struct {
	Status release.BuildStatus `json:"status"`
	Reason string              `json:"reason"`
}

// Build is the record of a build: the task token that waits for it and its result, in whichever order
// they arrived.
type Build struct {
	Token  string  // "" if no task waits yet
	Result *Result // nil until the build has ended
}

// Builds keeps the record of each build under its instance.
type Builds struct {
	API   BuildAPI
	Table string
}

// BuildAPI reads and updates builds.
type BuildAPI interface {
	Reader
	Updater
}

// PutToken records the task that waits for the instance's build.
func (b Builds) PutToken(ctx context.Context, instance, token string) error {
	return b.put(ctx, instance, "token", token, nil)
}

// PutResult records the build's result unless there is one: a builder that has reported ends afterwards,
// and that end is not a failure.
func (b Builds) PutResult(ctx context.Context, instance string, result Result) error {
	encoded, err := json.Marshal(result)
	if err != nil {
		return release.Errorf(release.Unexpected, "encode a build's result: %w", err)
	}
	err = b.put(ctx, instance, "result", string(encoded), aws.String("attribute_not_exists(#attribute)"))
	if release.IsAlreadyExists(err) {
		return nil
	}
	return err
}

func (b Builds) put(ctx context.Context, instance, attribute, value string, condition *string) error {
	_, err := b.API.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                aws.String(b.Table),
		Key:                      key(buildID(instance)),
		UpdateExpression:         aws.String("SET #attribute = :value, " + Expires + " = :expires"),
		ConditionExpression:      condition,
		ExpressionAttributeNames: map[string]string{"#attribute": attribute},
		ExpressionAttributeValues: item{
			":value":   str(value),
			":expires": &types.AttributeValueMemberN{Value: strconv.FormatInt(time.Now().Add(buildExpiry).Unix(), 10)},
		},
	})
	return err
}

// Get returns the record of the instance's build, or the zero Build if there is none.
func (b Builds) Get(ctx context.Context, instance string) (Build, error) {
	found, err := get(ctx, b.API, b.Table, buildID(instance))
	if err != nil {
		return Build{}, err
	}
	build := Build{Token: text(found, "token")}
	if encoded := text(found, "result"); encoded != "" {
		build.Result = &Result{}
		if err := json.Unmarshal([]byte(encoded), build.Result); err != nil {
			return Build{}, release.Errorf(release.Unexpected, "the record of build %s is unreadable: %w", instance, err)
		}
	}
	return build, nil
}

func buildID(instance string) string { return "build#" + instance }
