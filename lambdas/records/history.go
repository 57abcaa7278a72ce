package records

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"photogallery/release"
)

const historyID = "history"

// HistoryAPI reads and writes the history.
type HistoryAPI interface {
	Reader
	Writer
}

// ReadHistory returns the environment's history, newest first, or nil if there is none yet.
func ReadHistory(ctx context.Context, api Reader, table string) (release.History, error) {
	history, _, err := readHistory(ctx, api, table)
	return history, err
}

// readHistory returns the history with the number of its last write, or 0 if there is none.
func readHistory(ctx context.Context, api Reader, table string) (history release.History, at int, err error) {
	found, err := get(ctx, api, table, historyID)
	if err != nil || len(found) == 0 {
		return nil, 0, err
	}
	if err := json.Unmarshal([]byte(text(found, "document")), &history); err != nil {
		return nil, 0, release.Errorf(release.Unexpected, "the history in table %s is unreadable: %w; delete the item %q, and the next release begins a new one", table, err, historyID)
	}
	at, err = strconv.Atoi(text(found, revision))
	if err != nil {
		return nil, 0, release.Errorf(release.Unexpected, "the history in table %s has no revision: %w; delete the item %q, and the next release begins a new one", table, err, historyID)
	}
	return history, at, nil
}

// historyAttempts is how often a change is made anew because another write came in between.
const historyAttempts = 5

// ChangeHistory writes what change makes of the history. The holder of the lock calls it; a step of a
// former holder that still runs may write at the same time, so a write that was not made from the last
// one is refused and made again. A history that cannot be read stays as it is: it must stop no
// release and no teardown.
func ChangeHistory(ctx context.Context, api HistoryAPI, table string, change func(release.History) release.History) error {
	for range historyAttempts {
		before, at, err := readHistory(ctx, api, table)
		if release.CodeOf(err) == release.Unexpected {
			return nil
		}
		if err != nil {
			return err
		}
		unchanged, err := writeHistory(ctx, api, table, before, change(before), at)
		if unchanged || !release.IsAlreadyExists(err) {
			return err
		}
	}
	return release.Errorf(release.Throttled, "others have written the history of table %s %d times in between; try again", table, historyAttempts)
}

// writeHistory writes the history unless nothing has changed.
func writeHistory(ctx context.Context, api Writer, table string, before, after release.History, at int) (unchanged bool, err error) {
	was, err := encodeHistory(before)
	if err != nil {
		return false, err
	}
	document, err := encodeHistory(after)
	if err != nil || was == document {
		return err == nil, err
	}
	written := key(historyID)
	written["document"], written[revision] = str(document), str(strconv.Itoa(at+1))
	in := &dynamodb.PutItemInput{TableName: aws.String(table), Item: written, ConditionExpression: aws.String("attribute_not_exists(" + Key + ")")}
	if at != 0 {
		in.ConditionExpression, in.ExpressionAttributeValues = aws.String(revision+" = :read"), item{":read": str(strconv.Itoa(at))}
	}
	_, err = api.PutItem(ctx, in)
	return false, err
}

// encodeHistory makes the shortest JSON: that of HTML escapes has six bytes for one.
func encodeHistory(of release.History) (string, error) {
	var text strings.Builder
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(of); err != nil {
		return "", release.Errorf(release.Unexpected, "encode the history: %w", err)
	}
	return text.String(), nil
}
