package records_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"photogallery/internal/localcloud/dynamodb"
	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/release"
)

const table = "photogallery-main"

func inTable(t *testing.T, test func(t *testing.T, f *fabric.Fabric, api *awsdynamodb.Client)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		defer f.Close()
		tables := dynamodb.New(f)
		f.Do(func() { tables.AddTable(table, records.Key) })
		test(t, f, step.NewClients(f.Config(), nil).DynamoDB)
	})
}

// An item of the table holds 400 KB.
// https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Constraints.html
func TestLongestHistoryFitsAnItem(t *testing.T) {
	inTable(t, func(t *testing.T, _ *fabric.Fabric, api *awsdynamodb.Client) {
		e := release.Entry{
			Kind: release.ReleaseEntry, Name: strings.Repeat("📷", 80), Version: strings.Repeat(`"`, 64), By: release.By(strings.Repeat("📷", 999)),
			Commit: strings.Repeat("📷", 100), Settings: strings.Repeat("0", 64), Digest: strings.Repeat("0", 64), Strategy: release.BlueGreen,
			Bundle: release.Bundle{Bucket: strings.Repeat("b", 63), Key: strings.Repeat("k", 200), SHA256: strings.Repeat("0", 64), Needs: release.Needs{HealthPath: "/" + strings.Repeat("h", 99), StartSeconds: 600}},
			Image:  "ami-0123456789abcdef0", Served: true, End: release.FailedDirty,
		}
		for i := range 60 {
			e.Began = time.Now().Add(time.Duration(i) * time.Minute)
			e.Ended, e.Reason, e.Verdict = e.Began.Add(time.Minute), strings.Repeat("<\x00", 999), strings.Repeat("📷", 999)
			if err := records.ChangeHistory(t.Context(), api, table, func(h release.History) release.History { return h.Close(e) }); err != nil {
				t.Fatal(err)
			}
		}
		out, err := api.GetItem(t.Context(), &awsdynamodb.GetItemInput{TableName: aws.String(table), Key: map[string]types.AttributeValue{records.Key: &types.AttributeValueMemberS{Value: "history"}}, ConsistentRead: aws.Bool(true)})
		if err != nil {
			t.Fatal(err)
		}
		document := out.Item["document"].(*types.AttributeValueMemberS).Value
		history, err := records.ReadHistory(t.Context(), api, table)
		if err != nil || len(history) != 40 || len(document) > 380_000 {
			t.Errorf("%d entries are %d bytes (%v)", len(history), len(document), err)
		}
	})
}

// A step of a former holder that still runs loses no entry of the present one.
func TestChangeIsMadeAnewAfterAnotherOne(t *testing.T) {
	inTable(t, func(t *testing.T, _ *fabric.Fabric, api *awsdynamodb.Client) {
		add := func(name string, meanwhile func()) error {
			return records.ChangeHistory(t.Context(), api, table, func(h release.History) release.History {
				meanwhile()
				return h.Open(release.Entry{Name: name, Began: time.Now()})
			})
		}
		for _, name := range []string{"first", "second"} { // without an item, and with one
			done := false
			err := add(name, func() {
				if !done {
					done = true
					if err := add("while the "+name, func() {}); err != nil {
						t.Error(err)
					}
				}
			})
			if err != nil {
				t.Error(err)
			}
		}
		history, err := records.ReadHistory(t.Context(), api, table)
		if err != nil || len(history) != 4 {
			t.Errorf("there are %+v, %v", history, err)
		}
		if err := add("never", func() { _ = add(time.Now().String()+"x", func() { time.Sleep(time.Second) }) }); release.CodeOf(err) != release.Throttled {
			t.Errorf("a history that others write all the time: %v", err)
		}
	})
}
