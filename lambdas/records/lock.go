package records

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"photogallery/release"
)

const lockID = "lock"

// Lock names the execution that holds the lock, and the releases to undo if it dies: its own and
// those that it inherited. It does not expire: only the end of the execution shows that its steps
// have ended.
type Lock struct {
	Holder  string    `json:"-"`       // ARN of an execution, which may have ended in the meantime
	Release string    `json:"release"` // "" for a teardown
	Undo    []string  `json:"undo"`
	Since   time.Time `json:"since"`

	Entry release.Entry `json:"entry"` // of the history; zero in a record without it
}

// ReadLock returns the lock, or nil if nobody holds it.
func ReadLock(ctx context.Context, api Reader, table string) (*Lock, error) {
	found, err := get(ctx, api, table, lockID)
	if err != nil || len(found) == 0 {
		return nil, err
	}
	held := &Lock{Holder: text(found, "holder")}
	if err := json.Unmarshal([]byte(text(found, "document")), held); err != nil {
		return nil, release.Errorf(release.Unexpected, "the lock in table %s is unreadable: %w; delete the item %q when no execution runs", table, err, lockID)
	}
	return held, nil
}

// RequireLock returns nil while the execution holds the environment's lock, and LockLost otherwise.
func RequireLock(ctx context.Context, api Reader, table, execution string) error {
	held, err := ReadLock(ctx, api, table)
	if err != nil {
		return err
	}
	switch {
	case held == nil:
		return release.Errorf(release.LockLost, "the environment's lock is gone; start the release again")
	case held.Holder != execution:
		return release.Errorf(release.LockLost, "the environment's lock is held by %s; start the release again when that has ended", held.Holder)
	}
	return nil
}

// WriteLock replaces the lock of the execution former, or "" for nobody. The error satisfies
// release.IsAlreadyExists if another execution holds the lock.
func WriteLock(ctx context.Context, api Writer, table, former string, held Lock) error {
	document, err := json.Marshal(held)
	if err != nil {
		return release.Errorf(release.Unexpected, "encode the lock: %w", err)
	}
	written := key(lockID)
	written["holder"], written["document"] = str(held.Holder), str(string(document))
	in := &dynamodb.PutItemInput{TableName: aws.String(table), Item: written}
	if former == "" {
		in.ConditionExpression = aws.String("attribute_not_exists(" + Key + ")")
	} else {
		in.ConditionExpression, in.ExpressionAttributeValues = heldBy(former)
	}
	_, err = api.PutItem(ctx, in)
	return err
}

// DeleteLock deletes the execution's lock, and no other's.
func DeleteLock(ctx context.Context, api Deleter, table, execution string) error {
	condition, values := heldBy(execution)
	_, err := api.DeleteItem(ctx, &dynamodb.DeleteItemInput{
		TableName: aws.String(table), Key: key(lockID),
		ConditionExpression: condition, ExpressionAttributeValues: values,
	})
	if release.IsAlreadyExists(err) {
		return nil
	}
	return err
}

func heldBy(holder string) (*string, item) {
	return aws.String("holder = :holder"), item{":holder": str(holder)}
}
