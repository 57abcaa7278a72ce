package cloudwatch

import (
	"math"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// points reads data points as AWS's documentation writes them, the most recent on the right: 0 is
// within the threshold, X breaches it, - is missing.
func points(pattern string) []datapoint {
	var read []datapoint
	for _, mark := range strings.Fields(pattern) {
		read = append(read, datapoint{value: map[string]float64{"0": 0, "X": 1, "-": math.NaN()}[mark]})
	}
	return read
}

const (
	inAlarm = types.StateValueAlarm
	isOK    = types.StateValueOk
)

// The rows are those of AWS's two tables, and the text around them.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-missing-data.html
func TestMissingDataIsTreatedAsDocumented(t *testing.T) {
	rows := []struct {
		toAlarm                 int
		points                  string
		breaching, notBreaching types.StateValue
	}{
		{3, "0 - X - X", isOK, isOK},
		{3, "0 - - - -", isOK, isOK},
		{3, "- - - - -", inAlarm, isOK},
		{3, "0 X X - X", inAlarm, inAlarm},
		{3, "- - X - -", inAlarm, isOK},
		{2, "0 - X - X", inAlarm, inAlarm},
		{2, "0 0 X 0 X", inAlarm, inAlarm},
		{2, "0 - X - -", inAlarm, isOK},
		{2, "- - - - 0", inAlarm, isOK},
		{2, "- - - X -", inAlarm, isOK},
		// No alarm before its time.
		{3, "- - - - X", inAlarm, isOK},
		{3, "- - - X -", inAlarm, isOK},
		{3, "- - - X 0", isOK, isOK},
		{3, "- - X - 0", isOK, isOK},
		// Enough is enough, whatever is missing.
		{2, "- - X - X", inAlarm, inAlarm},
		{1, "- - - - X", inAlarm, inAlarm},
	}
	for _, row := range rows {
		for treat, want := range map[string]types.StateValue{
			breaching: row.breaching, "notBreaching": row.notBreaching,
		} {
			r := rule{
				periods: 3, toAlarm: row.toAlarm, threshold: 0.5, treatMissing: treat,
				comparison: comparisons[types.ComparisonOperatorGreaterThanThreshold],
			}
			if got := r.judge(points(row.points)); got.state != want {
				t.Errorf("%d of 3, %s, missing data %s: got %q (%s), want %q", row.toAlarm, row.points, treat, got.state, got.reason, want)
			}
		}
	}
}

func TestComparisonsBreachOnTheRightSideOfTheThreshold(t *testing.T) {
	for operator, want := range map[types.ComparisonOperator][3]bool{ // below, at and above the threshold
		types.ComparisonOperatorGreaterThanThreshold:          {false, false, true},
		types.ComparisonOperatorGreaterThanOrEqualToThreshold: {false, true, true},
		types.ComparisonOperatorLessThanThreshold:             {true, false, false},
		types.ComparisonOperatorLessThanOrEqualToThreshold:    {true, true, false},
	} {
		for i, value := range []float64{59, 60, 61} {
			if got := comparisons[operator].breaches(value, 60); got != want[i] {
				t.Errorf("%s: %g against 60 gives %v, want %v", operator, value, got, want[i])
			}
		}
	}
}

func TestReasonTellsValuesAndThreshold(t *testing.T) {
	r := rule{
		periods: 3, toAlarm: 2, threshold: 60, treatMissing: breaching,
		comparison: comparisons[types.ComparisonOperatorGreaterThanThreshold],
	}
	got := r.judge([]datapoint{noData, noData, noData, noData, {value: 71.5}}).reason
	want := "Threshold Crossed: 1 out of the last 1 datapoints [71.5 (01/01/01 00:00:00)] were greater than the threshold (60) and 2 missing datapoints were treated as [Breaching]."
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	got = r.judge(points("- - - - -")).reason
	want = "Threshold Crossed: no datapoints were received for 3 periods and 3 missing datapoints were treated as [Breaching]."
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
