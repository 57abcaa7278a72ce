package builder

import (
	"context"
	"encoding/json"
	"errors"
	"testing"
	"unicode/utf8"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dynamotypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/lambdas/records"
	"photogallery/release"
)

// Of all instances there is one builder of ours, whose release waits for it, and one of the fleet.
const ours, another = "i-0123456789abcdef0", "i-0123456789abcdef1"

type oneBuilder struct{}

func (oneBuilder) DescribeInstances(_ context.Context, in *ec2.DescribeInstancesInput, _ ...func(*ec2.Options)) (*ec2.DescribeInstancesOutput, error) {
	role := release.RoleBuilder
	switch in.InstanceIds[0] {
	case ours:
	case another:
		role = release.RoleFleet
	default:
		return &ec2.DescribeInstancesOutput{}, nil
	}
	tag := func(key, value string) types.Tag { return types.Tag{Key: aws.String(key), Value: aws.String(value)} }
	return &ec2.DescribeInstancesOutput{Reservations: []types.Reservation{{Instances: []types.Instance{{
		InstanceId: aws.String(in.InstanceIds[0]),
		Tags:       []types.Tag{tag(release.TagEnvironment, "main"), tag(release.TagRole, role), tag(release.TagRelease, "r1")},
	}}}}}, nil
}

// waiting is the table, with a token under the builder, and the task that waits for it.
type waiting struct {
	*testing.T
	recorded *string
	ended    []string
}

func (w *waiting) GetItem(context.Context, *dynamodb.GetItemInput, ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	item := map[string]dynamotypes.AttributeValue{"token": &dynamotypes.AttributeValueMemberS{Value: "token"}}
	if w.recorded != nil {
		item["result"] = &dynamotypes.AttributeValueMemberS{Value: *w.recorded}
	}
	return &dynamodb.GetItemOutput{Item: item}, nil
}

func (w *waiting) UpdateItem(_ context.Context, in *dynamodb.UpdateItemInput, _ ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	if key := in.Key["pk"].(*dynamotypes.AttributeValueMemberS).Value; key != "build#"+ours {
		w.Errorf("a result is recorded under %q", key)
	}
	w.recorded = aws.String(in.ExpressionAttributeValues[":value"].(*dynamotypes.AttributeValueMemberS).Value)
	return &dynamodb.UpdateItemOutput{}, nil
}

func (w *waiting) SendTaskSuccess(context.Context, *sfn.SendTaskSuccessInput, ...func(*sfn.Options)) (*sfn.SendTaskSuccessOutput, error) {
	w.ended = append(w.ended, "success")
	return &sfn.SendTaskSuccessOutput{}, nil
}

// https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskFailure.html
func (w *waiting) SendTaskFailure(_ context.Context, in *sfn.SendTaskFailureInput, _ ...func(*sfn.Options)) (*sfn.SendTaskFailureOutput, error) {
	w.ended = append(w.ended, aws.ToString(in.Error))
	if cause := aws.ToString(in.Cause); len(cause) > 32768 || !utf8.ValidString(cause) {
		w.Errorf("Step Functions would refuse the cause %.60q of %d bytes", cause, len(cause))
	}
	return &sfn.SendTaskFailureOutput{}, nil
}

// Whatever runs on a builder can write any event.
func FuzzResume(f *testing.F) {
	f.Add([]byte(`{"detail-type": "Build Result", "detail": {"instance": "` + ours + `", "release": "r1", "status": "success"}}`))
	f.Add([]byte(`{"detail-type": "Build Result", "detail": {"instance": "` + ours + `", "release": "r1", "status": "failure", "reason": "ü\ud800"}}`))
	f.Add([]byte(`{"detail-type": "Build Result", "detail": {"instance": "` + ours + `", "release": "r2", "status": "success"}}`))
	f.Add([]byte(`{"detail-type": "Build Result", "detail": {"instance": "` + another + `", "release": "r1", "status": "success"}}`))
	f.Add([]byte(`{"detail-type": "EC2 Instance State-change Notification", "detail": {"instance-id": "` + ours + `", "state": "terminated"}}`))
	f.Add([]byte(`{"detail-type": "EC2 Instance State-change Notification", "detail": {"instance-id": "` + ours + `", "state": "running"}}`))
	f.Add([]byte(`{"detail": "none"}`))
	f.Fuzz(func(t *testing.T, event []byte) {
		w := &waiting{T: t}
		_, err := resumer{oneBuilder{}, w, records.Builds{API: w, Table: "table"}, "main"}.run(t.Context(), json.RawMessage(event))
		var known *release.Error
		if err != nil && !errors.As(err, &known) {
			t.Errorf("an error without a code: %v", err)
		}
		var heard struct {
			Detail struct{ Instance, Release, Status string }
		}
		_ = json.Unmarshal(event, &heard) // what is unreadable succeeds at nothing
		for _, ended := range w.ended {
			if ended == "success" && (heard.Detail.Instance != ours || heard.Detail.Release != "r1" || heard.Detail.Status != "success") {
				t.Errorf("the release goes on with %+v", heard.Detail)
			}
		}
		if len(w.ended) > 1 || len(w.ended) == 1 && w.recorded == nil {
			t.Errorf("the task ended with %v, and %v is recorded", w.ended, w.recorded)
		}
	})
}

func TestBuilderLogTailIsKeptWhole(t *testing.T) {
	reason := ""
	for len(reason) <= maxReason {
		reason += "ü"
	}
	for _, long := range []string{reason, reason + "."} {
		clipped := clip(long)
		if len(clipped) > maxReason+len("…") || !utf8.ValidString(clipped) {
			t.Errorf("%d bytes, which begin with %q", len(clipped), clipped[:8])
		}
	}
}
