package records

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"photogallery/release"
)

// WakingID is the key of the record, which the front door alone writes.
const WakingID = "waking"

// Waking is the front door's record of the releases that its visitors started.
type Waking struct {
	Day       string    `json:"day"`       // of Count, in UTC
	Count     int       `json:"count"`     // releases started on that day
	Execution string    `json:"execution"` // the name of the last one, or "" if there is none
	At        time.Time `json:"at"`        // when it was started

	Asked time.Time `json:"asked,omitzero"` // when somebody asked for one while a teardown ran; zero since one was started

	document string // as read, or "" if there was none
}

// ReadWaking returns the record, or the zero Waking if there is none.
func ReadWaking(ctx context.Context, api Reader, table string) (waking Waking, err error) {
	found, err := get(ctx, api, table, WakingID)
	if err != nil || len(found) == 0 {
		return Waking{}, err
	}
	document := text(found, "document")
	if err := json.Unmarshal([]byte(document), &waking); err != nil {
		return Waking{}, release.Errorf(release.Unexpected, "the record of wakings in table %s is unreadable: %w; delete the item %q", table, err, WakingID)
	}
	waking.document = document
	return waking, nil
}

// WriteWaking replaces the record that was read as former. The error satisfies release.IsAlreadyExists
// if another request has written it in the meantime.
func WriteWaking(ctx context.Context, api Writer, table string, former, next Waking) error {
	document, err := json.Marshal(next)
	if err != nil {
		return release.Errorf(release.Unexpected, "encode the record of wakings: %w", err)
	}
	written := key(WakingID)
	written["document"] = str(string(document))
	in := &dynamodb.PutItemInput{TableName: aws.String(table), Item: written, ConditionExpression: aws.String("attribute_not_exists(" + Key + ")")}
	if former.document != "" {
		in.ConditionExpression, in.ExpressionAttributeValues = aws.String("document = :former"), item{":former": str(former.document)}
	}
	_, err = api.PutItem(ctx, in)
	return err
}
