package environment

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/google/go-cmp/cmp"
)

// The time from which an alarm counts is not a mark.
func TestMarksAreReadFromMetricMath(t *testing.T) {
	for expression, want := range map[string][]Mark{
		"IF(FILL(requests, 0) < 100 AND cpu < 30, 1, 0)":   {{"requests", 100, true}, {"cpu", 30, true}},
		"IF(EPOCH(healthy) >= 1800000000 AND healthy < 1)": {{"healthy", 1, true}},
		"IF(EPOCH(FILL(errors, 0)) >= 1800000000 AND FILL(errors, 0) >= 10 AND 20 * FILL(errors, 0) > FILL(errors, 0) + FILL(requests, 0), 1, 0)": {{"errors", 10, false}},
	} {
		alarm := types.MetricAlarm{Metrics: []types.MetricDataQuery{{Expression: aws.String(expression)}}}
		if diff := cmp.Diff(want, marks(alarm)); diff != "" {
			t.Errorf("%s: %s", expression, diff)
		}
	}
}
