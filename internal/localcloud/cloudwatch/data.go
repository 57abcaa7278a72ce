package cloudwatch

import (
	"math"
	"reflect"
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
	if err := checkDataRequest(in); err != nil {
		return nil, err
	}
	out := &cloudwatch.GetMetricDataOutput{}
	asked := map[string]bool{}
	for _, query := range in.MetricDataQueries {
		id := aws.ToString(query.Id)
		if !queryID.MatchString(id) || asked[id] {
			return nil, fabric.Errorf("ValidationError", "query %q: give each an ID of its own that begins with a small letter", id)
		}
		asked[id] = true
		series, err := s.watchMetric(query.MetricStat)
		if err != nil {
			return nil, err
		}
		result := types.MetricDataResult{Id: query.Id, Label: query.MetricStat.Metric.MetricName, StatusCode: types.StatusCodeComplete}
		result.Timestamps, result.Values = s.dataOf(series, *in.StartTime, *in.EndTime)
		if in.ScanBy != types.ScanByTimestampAscending {
			slices.Reverse(result.Timestamps)
			slices.Reverse(result.Values)
		}
		out.MetricDataResults = append(out.MetricDataResults, result)
	}
	return out, nil
}

// checkDataRequest refuses what AWS refuses and what is not supported here.
func checkDataRequest(in *cloudwatch.GetMetricDataInput) error {
	switch {
	case len(in.MetricDataQueries) == 0 || len(in.MetricDataQueries) > maxQueries:
		return fabric.Errorf("ValidationError", "%d queries: give 1 to %d", len(in.MetricDataQueries), maxQueries)
	case !in.StartTime.Before(*in.EndTime):
		return fabric.Errorf("ValidationError", "StartTime %s is not before EndTime %s", in.StartTime, in.EndTime)
	case in.NextToken != nil || in.MaxDatapoints != nil || in.LabelOptions != nil:
		return fabric.Errorf("ValidationError", "the embedded cloud answers in one page: leave out NextToken, MaxDatapoints and LabelOptions")
	}
	for _, query := range in.MetricDataQueries {
		if query.MetricStat == nil || !reflect.DeepEqual(query, types.MetricDataQuery{Id: query.Id, MetricStat: query.MetricStat}) {
			return fabric.Errorf("ValidationError", "query %q: the embedded cloud's have an ID and a MetricStat alone", aws.ToString(query.Id))
		}
	}
	return nil
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
