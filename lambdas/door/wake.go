package door

import (
	"context"
	"crypto/subtle"
	"errors"
	"io"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/aws/smithy-go"

	"photogallery/lambdas/records"
	"photogallery/release"
)

// input is the request of a release that a visitor starts. A ttl of the release that served last is over.
const input = `{"by": "a visitor of the front door"}`

// errWrongKey is for a text that is not the gallery's upload key.
var errWrongKey = errors.New("not the upload key")

// wake starts one release for all who ask at the same time, or remembers the wish while a teardown runs.
// It writes the release down before it starts it, so that the next visitor starts one that was not.
func (d *door) wake(ctx context.Context, key string) error {
	for range 3 {
		seen, err := d.look(ctx)
		if err != nil {
			return err
		}
		err = d.wakeFrom(ctx, seen, key)
		if !release.IsAlreadyExists(err) {
			return err
		}
	}
	return nil // others are waking it
}

func (d *door) wakeFrom(ctx context.Context, seen sight, key string) error {
	now := time.Now().UTC()
	next := seen.remember
	switch {
	case seen.state == sleeping || seen.state == busy:
		if seen.refusal != "" {
			return nil
		}
		next.Asked = now
		return records.WriteWaking(ctx, d.table, d.settings.Table, seen.remember, next)
	case seen.state != asleep:
		return nil
	case seen.isLost && now.Sub(seen.remember.At) < patience:
		return d.start(ctx, seen.remember.Execution)
	}
	if seen.refusal == overLimit && key != "" {
		isOwner, err := d.isKey(ctx, key)
		if err != nil {
			return err
		}
		if !isOwner {
			return errWrongKey
		}
		seen.refusal = ""
	}
	if seen.refusal != "" {
		return nil
	}
	next = records.Waking{Day: day(now), Count: 1, Execution: release.ExecutionName("wake", now), At: now}
	if seen.remember.Day == next.Day {
		next.Count += seen.remember.Count
	}
	if err := records.WriteWaking(ctx, d.table, d.settings.Table, seen.remember, next); err != nil {
		return err
	}
	return d.start(ctx, next.Execution)
}

// start starts a release. A second start with the same name and input starts nothing.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html
func (d *door) start(ctx context.Context, name string) error {
	_, err := d.executions.StartExecution(ctx, &sfn.StartExecutionInput{
		StateMachineArn: aws.String(d.settings.ReleaseMachine), Name: aws.String(name), Input: aws.String(input),
	})
	var refused smithy.APIError
	if errors.As(err, &refused) && refused.ErrorCode() == (&types.ExecutionAlreadyExists{}).ErrorCode() {
		return nil
	}
	return err
}

func day(at time.Time) string { return at.UTC().Format(time.DateOnly) }

// isKey reports whether a text is the gallery's upload key.
func (d *door) isKey(ctx context.Context, key string) (bool, error) {
	out, err := d.objects.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String(d.settings.Bucket), Key: aws.String(release.UploadKeyObject)})
	if release.IsNotFound(err) || release.CodeOf(err) == release.AccessDenied {
		return false, nil // S3 answers so for an object that is not there
	}
	if err != nil {
		return false, err
	}
	defer out.Body.Close()
	stored, err := io.ReadAll(io.LimitReader(out.Body, maxForm))
	wanted := strings.TrimSpace(string(stored))
	return err == nil && wanted != "" && subtle.ConstantTimeCompare([]byte(key), []byte(wanted)) == 1, err
}
