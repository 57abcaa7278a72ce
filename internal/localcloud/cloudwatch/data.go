package cloudwatch

import (
	"cmp"
	"math"
	"regexp"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/internal/localcloud/fabric"
)

// maxQueries is how many queries one call may have.
const maxQueries = 500

// queryID matches the IDs of queries.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_MetricDataQuery.html
var queryID = regexp.MustCompile(`^[a-z][A-Za-z0-9_]*$`)

// getMetricData answers with the periods that start from StartTime, rounded down to its minute,
// until before EndTime. A metric without values, known or not, has no data points. Periods that
// have not ended are left out, so that an answer never changes.
// https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
func (s *Service) getMetricData(in *cloudwatch.GetMetricDataInput) (*cloudwatch.GetMetricDataOutput, error) {
	switch {
	case len(in.MetricDataQueries) == 0 || len(in.MetricDataQueries) > maxQueries:
		return nil, fabric.Errorf("ValidationError", "%d queries: give 1 to %d", len(in.MetricDataQueries), maxQueries)
	case !in.StartTime.Before(*in.EndTime):
		return nil, fabric.Errorf("ValidationError", "StartTime %s is not before EndTime %s", in.StartTime, in.EndTime)
	case in.NextToken != nil || in.MaxDatapoints != nil || in.LabelOptions != nil:
		return nil, fabric.Errorf("ValidationError", "the embedded cloud answers in one page: leave out NextToken, MaxDatapoints and LabelOptions")
	}
	out := &cloudwatch.GetMetricDataOutput{}
	asked := map[string]bool{}
	for _, query := range in.MetricDataQueries {
		id := aws.ToString(query.Id)
		if !queryID.MatchString(id) || asked[id] || query.MetricStat == nil || query.Expression != nil || query.ReturnData != nil || query.Period != nil {
			return nil, fabric.Errorf("ValidationError", "query %q: give each an ID of its own that begins with a small letter, and a MetricStat alone", id)
		}
		asked[id] = true
		series, err := s.watchMetric(query.MetricStat)
		if err != nil {
			return nil, err
		}
		result := types.MetricDataResult{Id: query.Id, Label: cmp.Or(query.Label, query.MetricStat.Metric.MetricName), StatusCode: types.StatusCodeComplete}
		result.Timestamps, result.Values = s.dataOf(series, *in.StartTime, *in.EndTime)
		if in.ScanBy != types.ScanByTimestampAscending {
			slices.Reverse(result.Timestamps)
			slices.Reverse(result.Values)
		}
		out.MetricDataResults = append(out.MetricDataResults, result)
	}
	return out, nil
}

// dataOf returns the data points of a series, oldest first.
func (s *Service) dataOf(series watched, from, until time.Time) (at []time.Time, values []float64) {
	for start := s.minuteOf(from); start+series.period <= s.minute && s.startOf(start).Before(until); start += series.period {
		if value := series.value(start + series.period); !math.IsNaN(value) {
			at, values = append(at, s.startOf(start)), append(values, value)
		}
	}
	return at, values
}
