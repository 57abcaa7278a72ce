// Package eventbridge is the embedded cloud's EventBridge: events that people and programs put on
// the default bus, where the fabric matches them against rules.
// https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html
package eventbridge

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/wire"
)

// Target is the prefix of the operations' names in a request.
const Target = "AWSEvents"

// most is the number of entries in a request.
const most = 10

// Service is the event bus of one cloud.
type Service struct{ fabric *fabric.Fabric }

// New registers the operation.
func New(f *fabric.Fabric) *Service {
	s := &Service{f}
	fabric.Handle(f, eventbridge.ServiceID, "PutEvents", s.putEvents)
	return s
}

// Handler serves the operation in AWS JSON 1.1. The caller checks signatures.
func (s *Service) Handler() http.Handler {
	client := eventbridge.NewFromConfig(s.fabric.Config(), func(o *eventbridge.Options) { o.Retryer = aws.NopRetryer{} })
	return wire.API{Target: Target, ContentType: "application/x-amz-json-1.1", Operations: map[string]wire.Operation{
		"PutEvents": wire.Serve(func(ctx context.Context, in *eventbridge.PutEventsInput) (*eventbridge.PutEventsOutput, error) {
			return client.PutEvents(ctx, in)
		}),
	}}
}

// putEvents succeeds even if an entry fails, as on AWS: the entry has an error code.
func (s *Service) putEvents(in *eventbridge.PutEventsInput) (*eventbridge.PutEventsOutput, error) {
	if n := len(in.Entries); n == 0 || n > most {
		return nil, fabric.Errorf("ValidationException", "the request has %d entries: give 1 to %d", n, most)
	}
	out := &eventbridge.PutEventsOutput{}
	for _, entry := range in.Entries {
		result := s.put(entry)
		if result.ErrorCode != nil {
			out.FailedEntryCount++
		}
		out.Entries = append(out.Entries, result)
	}
	return out, nil
}

func (s *Service) put(entry types.PutEventsRequestEntry) types.PutEventsResultEntry {
	source, kind, detail := aws.ToString(entry.Source), aws.ToString(entry.DetailType), aws.ToString(entry.Detail)
	var object map[string]any
	switch {
	case source == "" || kind == "" || detail == "":
		return refused("InvalidArgument", "Source, DetailType and Detail are required")
	case !slices.Contains([]string{"", "default"}, aws.ToString(entry.EventBusName)):
		return refused("InvalidArgument", "the embedded cloud has the event bus default only")
	case strings.HasPrefix(source, "aws."):
		return refused("NotAuthorizedForSourceException", "Not authorized for the source.")
	case json.Unmarshal([]byte(detail), &object) != nil:
		return refused("MalformedDetail", "Detail is malformed.")
	}
	return types.PutEventsResultEntry{EventId: aws.String(s.fabric.Publish(source, kind, json.RawMessage(detail)))}
}

func refused(code, message string) types.PutEventsResultEntry {
	return types.PutEventsResultEntry{ErrorCode: &code, ErrorMessage: &message}
}
