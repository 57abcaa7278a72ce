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

// verdictExpiry is longer than any release waits.
const verdictExpiry = 7 * 24 * time.Hour

// Waiting is the record of a release that a person may answer: the task that waits, and the last
// answer, in whichever order they arrived.
type Waiting struct {
	Token string    // "" if the release has not waited yet
	Point string    // what the release does while it waits, for people
	Since time.Time // when this wait began
	Given *Given    // nil if nobody answered
}

// Given is an answer.
type Given struct {
	Answer release.Answer `json:"answer"`
	By     string         `json:"by"`
	At     time.Time      `json:"at"`                 // when it was sent, in whole seconds
	Wait   time.Time      `json:"waitSince,omitzero"` // when the wait began that it answers, or zero if the sender does not know
}

// Now returns the answer to the present wait, or nil if there is none. A promotion for another wait
// ended that one or came too late for it: so an event that is delivered again, or a second click, does
// not promote twice. A promotion for no named wait counts from the second after this one began. A
// rollback stays good.
func (w Waiting) Now() *Given {
	if w.Given == nil || w.Given.Answer == release.Promote && !w.Given.isFor(w.Since) {
		return nil
	}
	return w.Given
}

func (g Given) isFor(wait time.Time) bool {
	if !g.Wait.IsZero() {
		return g.Wait.Equal(wait)
	}
	return g.At.After(wait)
}

// Overrides reports whether an answer takes the place of a former one: a rollback that of a promotion,
// and a promotion that of one that was sent before or for an earlier wait.
func (g Given) Overrides(former Given) bool {
	switch {
	case former.Answer == release.Rollback:
		return false
	case g.Answer == release.Rollback:
		return true
	}
	return g.At.After(former.At) || g.At.Equal(former.At) && g.Wait.After(former.Wait)
}

// Verdicts keeps the record of each release under its name.
type Verdicts struct {
	API   BuildAPI
	Table string
}

// Await records the task that waits, with the point of the release and the time when it came there.
func (v Verdicts) Await(ctx context.Context, name string, now Waiting) error {
	return v.set(ctx, name, "SET #token = :token, point = :point, since = :since", nil, item{
		":token": str(now.Token), ":point": str(now.Point), ":since": str(now.Since.UTC().Format(time.RFC3339Nano)),
	})
}

// Answer records an answer while the same task waits, or none. It returns false if another one does
// by now.
func (v Verdicts) Answer(ctx context.Context, name, token string, given Given) (bool, error) {
	encoded, err := json.Marshal(given)
	if err != nil {
		return false, release.Errorf(release.Unexpected, "encode a verdict: %w", err)
	}
	condition, values := "attribute_not_exists(#token)", item{":given": str(string(encoded))}
	if token != "" {
		condition, values[":token"] = "#token = :token", str(token)
	}
	err = v.set(ctx, name, "SET given = :given", &condition, values)
	if release.IsAlreadyExists(err) {
		return false, nil
	}
	return err == nil, err
}

func (v Verdicts) set(ctx context.Context, name, assign string, condition *string, values item) error {
	values[":expires"] = &types.AttributeValueMemberN{Value: strconv.FormatInt(time.Now().Add(verdictExpiry).Unix(), 10)}
	_, err := v.API.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: aws.String(v.Table), Key: key(verdictID(name)), UpdateExpression: aws.String(assign + ", " + Expires + " = :expires"),
		ConditionExpression: condition, ExpressionAttributeNames: map[string]string{"#token": "token"}, ExpressionAttributeValues: values,
	})
	return err
}

// Get returns the release's record, or the zero Waiting if there is none.
func (v Verdicts) Get(ctx context.Context, name string) (Waiting, error) {
	found, err := get(ctx, v.API, v.Table, verdictID(name))
	if err != nil {
		return Waiting{}, err
	}
	waiting := Waiting{Token: text(found, "token"), Point: text(found, "point")}
	waiting.Since, err = time.Parse(time.RFC3339Nano, text(found, "since"))
	if err != nil && waiting.Token != "" {
		return Waiting{}, release.Errorf(release.Unexpected, "the verdict on release %s is unreadable: %w", name, err)
	}
	if encoded := text(found, "given"); encoded != "" {
		waiting.Given = &Given{}
		if err := json.Unmarshal([]byte(encoded), waiting.Given); err != nil {
			return Waiting{}, release.Errorf(release.Unexpected, "the verdict on release %s is unreadable: %w", name, err)
		}
	}
	return waiting, nil
}

func verdictID(name string) string { return "verdict#" + name }
