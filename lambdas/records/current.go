package records

import (
	"context"
	"encoding/json"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"photogallery/release"
)

const currentID = "current"

// ReadCurrent returns the record of the release that serves, or the zero Current if there is none yet.
func ReadCurrent(ctx context.Context, api Reader, table string) (release.Current, error) {
	current, _, err := readCurrent(ctx, api, table)
	return current, err
}

// readCurrent also returns the record's text.
func readCurrent(ctx context.Context, api Reader, table string) (current release.Current, document string, err error) {
	found, err := get(ctx, api, table, currentID)
	if err != nil {
		return release.Current{}, "", err
	}
	document = text(found, "document")
	if document == "" {
		return release.Current{}, "", nil
	}
	if err := json.Unmarshal([]byte(document), &current); err != nil {
		return release.Current{}, "", release.Errorf(release.Unexpected, "the record of the current release in table %s is unreadable: %w", table, err)
	}
	return current, document, nil
}

// WriteCurrent replaces the record of the release that serves. It is idempotent.
func WriteCurrent(ctx context.Context, api Writer, table string, current release.Current) error {
	in, err := putCurrent(table, current)
	if err == nil {
		_, err = api.PutItem(ctx, in)
	}
	return err
}

func putCurrent(table string, current release.Current) (*dynamodb.PutItemInput, error) {
	document, err := json.Marshal(current)
	if err != nil {
		return nil, release.Errorf(release.Unexpected, "encode the current release: %w", err)
	}
	written := key(currentID)
	written["document"] = str(string(document))
	return &dynamodb.PutItemInput{TableName: aws.String(table), Item: written}, nil
}

// CurrentAPI reads and writes the record.
type CurrentAPI interface {
	Reader
	Writer
}

// ChangeCurrent changes the record of the release that serves, unless the change is refused. The
// error satisfies release.IsAlreadyExists if somebody else has written it in the meantime.
func ChangeCurrent(ctx context.Context, api CurrentAPI, table string, change func(*release.Current) error) error {
	current, document, err := readCurrent(ctx, api, table)
	if err != nil {
		return err
	}
	if err := change(&current); err != nil {
		return err
	}
	in, err := putCurrent(table, current)
	if err != nil {
		return err
	}
	in.ConditionExpression = aws.String("document = :former")
	in.ExpressionAttributeValues = item{":former": str(document)}
	_, err = api.PutItem(ctx, in)
	return err
}
