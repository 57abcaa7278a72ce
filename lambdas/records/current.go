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
	found, err := get(ctx, api, table, currentID)
	if err != nil {
		return release.Current{}, err
	}
	document := text(found, "document")
	if document == "" {
		return release.Current{}, nil
	}
	var current release.Current
	if err := json.Unmarshal([]byte(document), &current); err != nil {
		return release.Current{}, release.Errorf(release.Unexpected, "the record of the current release in table %s is unreadable: %w", table, err)
	}
	return current, nil
}

// WriteCurrent replaces the record of the release that serves. It is idempotent.
func WriteCurrent(ctx context.Context, api Writer, table string, current release.Current) error {
	document, err := json.Marshal(current)
	if err != nil {
		return release.Errorf(release.Unexpected, "encode the current release: %w", err)
	}
	written := key(currentID)
	written["document"] = str(string(document))
	_, err = api.PutItem(ctx, &dynamodb.PutItemInput{TableName: aws.String(table), Item: written})
	return err
}
