package records_test

import (
	"testing"
	"time"

	awsdynamodb "github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas/records"
	"photogallery/release"
)

func TestSpendingIsWrittenOnceAfterItWasRead(t *testing.T) {
	inTable(t, func(t *testing.T, _ *fabric.Fabric, api *awsdynamodb.Client) {
		former := release.Spending{}
		for hour := range 3 {
			next := former.Until(time.Now().Add(time.Duration(hour)*time.Hour), 0.1, 0)
			if err := records.WriteSpending(t.Context(), api, table, former, next); err != nil {
				t.Fatal(err)
			}
			if err := records.WriteSpending(t.Context(), api, table, former, next.Until(next.At.Add(time.Second), 0.1, 0)); !release.IsAlreadyExists(err) {
				t.Errorf("another run adds the same hour: %v", err)
			}
			read, err := records.ReadSpending(t.Context(), api, table)
			if err != nil || read != next {
				t.Fatalf("read is %+v, %v, and written %+v", read, err, next)
			}
			former = read
		}
	})
}
