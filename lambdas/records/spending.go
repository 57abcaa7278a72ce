package records

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"photogallery/release"
)

const spendingID = "spending"

// ReadSpending returns the record of the month's spending, or the zero Spending if there is none.
func ReadSpending(ctx context.Context, api Reader, table string) (spending release.Spending, err error) {
	found, err := get(ctx, api, table, spendingID)
	if err != nil || len(found) == 0 {
		return release.Spending{}, err
	}
	if err := json.Unmarshal([]byte(text(found, "document")), &spending); err != nil {
		return release.Spending{}, release.Errorf(release.Unexpected, "the record of the month's spending in table %s is unreadable: %w", table, err)
	}
	return spending, nil
}

// WriteSpending replaces the record that was read as former. The error satisfies release.IsAlreadyExists
// if another invocation has written it in the meantime: then the time since former is counted already.
func WriteSpending(ctx context.Context, api Writer, table string, former, next release.Spending) error {
	document, err := json.Marshal(next)
	if err != nil {
		return release.Errorf(release.Unexpected, "encode the month's spending: %w", err)
	}
	written := key(spendingID)
	written["document"], written["checked"] = str(string(document)), str(checked(next))
	in := &dynamodb.PutItemInput{TableName: aws.String(table), Item: written}
	if former.At.IsZero() {
		in.ConditionExpression = aws.String("attribute_not_exists(" + Key + ")")
	} else {
		in.ConditionExpression, in.ExpressionAttributeValues = aws.String("checked = :former"), item{":former": str(checked(former))}
	}
	_, err = api.PutItem(ctx, in)
	return err
}

func checked(s release.Spending) string { return s.At.UTC().Format(time.RFC3339Nano) }
