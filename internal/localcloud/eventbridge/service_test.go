package eventbridge_test

import (
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	sdk "github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge/types"

	"photogallery/internal/localcloud/eventbridge"
	"photogallery/internal/localcloud/fabric"
)

// overWire returns a real client on a real socket, as a chat bot has one, and what the bus delivers.
func overWire(t *testing.T) (*sdk.Client, <-chan fabric.Event) {
	t.Helper()
	f := fabric.New(1)
	t.Cleanup(f.Close)
	delivered := make(chan fabric.Event, 10)
	f.Rule(func(fabric.Event) bool { return true }, func(e fabric.Event) { delivered <- e })
	server := httptest.NewServer(eventbridge.New(f).Handler())
	t.Cleanup(server.Close)
	return sdk.New(sdk.Options{Region: "us-east-1", BaseEndpoint: &server.URL, Credentials: aws.AnonymousCredentials{}}), delivered
}

func entry(source, kind, detail, bus string) types.PutEventsRequestEntry {
	return types.PutEventsRequestEntry{Source: &source, DetailType: &kind, Detail: &detail, EventBusName: &bus}
}

func TestEventsReachTheBus(t *testing.T) {
	client, delivered := overWire(t)
	out, err := client.PutEvents(t.Context(), &sdk.PutEventsInput{Entries: []types.PutEventsRequestEntry{
		entry("photogallery-main.verdict", "Release Verdict", `{"release": "r1"}`, "default"),
		entry("photogallery-main.verdict", "Release Verdict", `no`, ""),
		entry("aws.ec2", "Release Verdict", `{}`, ""),
		entry("photogallery-main.verdict", "", `{}`, ""),
		entry("photogallery-main.verdict", "Release Verdict", `{}`, "another"),
	}})
	if err != nil {
		t.Fatal(err)
	}
	var codes []string
	for _, result := range out.Entries {
		codes = append(codes, aws.ToString(result.ErrorCode))
	}
	if got := strings.Join(codes, " "); out.FailedEntryCount != 4 || got != " MalformedDetail NotAuthorizedForSourceException InvalidArgument InvalidArgument" {
		t.Errorf("%d failed: %s", out.FailedEntryCount, got)
	}
	event := <-delivered
	if event.ID != aws.ToString(out.Entries[0].EventId) || event.Source != "photogallery-main.verdict" || string(event.Detail) != `{"release":"r1"}` || time.Since(event.Time) > time.Minute {
		t.Errorf("delivered is %+v", event)
	}
	if len(delivered) > 0 {
		t.Errorf("delivered is also %+v", <-delivered)
	}
}

func TestRequestHasOneToTenEntries(t *testing.T) {
	client, _ := overWire(t)
	for _, entries := range [][]types.PutEventsRequestEntry{{}, make([]types.PutEventsRequestEntry, 11)} {
		if _, err := client.PutEvents(t.Context(), &sdk.PutEventsInput{Entries: entries}); err == nil || !strings.Contains(err.Error(), "ValidationException") {
			t.Errorf("%d entries: %v", len(entries), err)
		}
	}
}
