package cloudwatch

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/internal/localcloud/fabric"
)

func question(id, statistic string, period int32, metric string) types.MetricDataQuery {
	return types.MetricDataQuery{Id: aws.String(id), MetricStat: &types.MetricStat{
		Metric: &types.Metric{
			Namespace: aws.String(busy.Namespace), MetricName: aws.String(metric),
			Dimensions: []types.Dimension{{Name: aws.String("AutoScalingGroupName"), Value: aws.String("fleet")}},
		},
		Period: aws.Int32(period), Stat: aws.String(statistic),
	}}
}

// asked is a call for the time since began.
func asked(began time.Time, queries ...types.MetricDataQuery) *cloudwatch.GetMetricDataInput {
	return &cloudwatch.GetMetricDataInput{StartTime: aws.Time(began), EndTime: aws.Time(time.Now()), MetricDataQueries: queries}
}

func (c cloud) data(in *cloudwatch.GetMetricDataInput) []types.MetricDataResult {
	c.Helper()
	out, err := c.client.GetMetricData(c.Context(), in)
	if err != nil {
		c.Fatal(err)
	}
	return out.MetricDataResults
}

func TestMetricDataIsAValueForEachPeriod(t *testing.T) {
	inCloud(t, func(c cloud) {
		began := time.Now()
		c.minute(busy, 1, 5)
		c.minute(busy)
		c.minute(busy, 2)
		c.minute(busy, 4)
		for _, test := range []struct {
			statistic string
			period    int32
			want      []float64
			minutes   []int // since the beginning
		}{
			{"Sum", 60, []float64{6, 2, 4}, []int{0, 2, 3}},
			{"Average", 60, []float64{3, 2, 4}, []int{0, 2, 3}},
			{"Minimum", 120, []float64{1, 2}, []int{0, 2}},
			{"p50", 60, []float64{1, 2, 4}, []int{0, 2, 3}},
			{"p50", 180, []float64{2}, []int{0}},
			{"Sum", 180, []float64{8}, []int{0}}, // the second period has not ended
		} {
			in := asked(began, question("asked", test.statistic, test.period, busy.Name))
			in.ScanBy = types.ScanByTimestampAscending
			result := c.data(in)[0]
			if *result.Id != "asked" || *result.Label != busy.Name || result.StatusCode != types.StatusCodeComplete || !slices.Equal(result.Values, test.want) {
				c.Errorf("%s of %d s: got %+v, want %v", test.statistic, test.period, result, test.want)
			}
			for i, minute := range test.minutes {
				if want := began.Add(time.Duration(minute) * time.Minute); !result.Timestamps[i].Equal(want) {
					c.Errorf("%s of %d s: value %d is at %s, want %s", test.statistic, test.period, i, result.Timestamps[i], want)
				}
			}
		}
	})
}

func TestMetricDataIsNewestFirstUnlessAskedOtherwise(t *testing.T) {
	inCloud(t, func(c cloud) {
		began := time.Now()
		c.minute(busy, 1)
		c.minute(busy, 2)
		result := c.data(asked(began, question("q", "Sum", 60, busy.Name)))[0]
		if !slices.Equal(result.Values, []float64{2, 1}) || !result.Timestamps[1].Equal(began) {
			c.Errorf("got %+v", result)
		}
	})
}

func TestMetricDataEndsBeforeTheEndTime(t *testing.T) {
	inCloud(t, func(c cloud) {
		began := time.Now()
		c.minute(busy, 1)
		c.minute(busy, 2)
		in := asked(began.Add(20*time.Second), question("q", "Sum", 60, busy.Name)) // rounded down
		in.EndTime = aws.Time(began.Add(time.Minute))                               // exclusive
		if result := c.data(in)[0]; !slices.Equal(result.Values, []float64{1}) {
			c.Errorf("got %+v", result)
		}
	})
}

func TestMetricWithoutDataHasAnEmptyResult(t *testing.T) {
	inCloud(t, func(c cloud) {
		began := time.Now()
		c.minute(busy, 1)
		c.fabric.Do(func() { c.service.Record(busy, 9) })
		time.Sleep(30 * time.Second)
		results := c.data(asked(began, question("none", "Sum", 60, "Unknown"), question("known", "Sum", 60, busy.Name)))
		if len(results) != 2 || len(results[0].Values)+len(results[0].Timestamps) != 0 || results[0].StatusCode != types.StatusCodeComplete {
			c.Fatalf("got %+v", results)
		}
		if !slices.Equal(results[1].Values, []float64{1}) {
			c.Errorf("with a minute that has not ended: %v", results[1].Values)
		}
	})
}

func TestMetricDataFollowsThePace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(12)
		defer f.Close()
		c := cloud{t, f, New(f), cloudwatch.NewFromConfig(f.Config())}
		began := time.Now()
		f.Do(func() { c.service.Collect(func() { c.service.RecordTimes(busy, 2, 3) }) })
		time.Sleep(f.Scale(3 * time.Minute))
		synctest.Wait()
		result := c.data(asked(began, question("q", "Sum", 60, busy.Name)))[0]
		if !slices.Equal(result.Values, []float64{6, 6, 6}) || result.Timestamps[0].Sub(result.Timestamps[1]) != f.Scale(time.Minute) {
			t.Errorf("got %+v", result)
		}
	})
}

func TestMetricDataThatCannotBeAskedFor(t *testing.T) {
	inCloud(t, func(c cloud) {
		began := time.Now()
		c.minute(busy, 1)
		good := question("q", "Sum", 60, busy.Name)
		expression := types.MetricDataQuery{Id: aws.String("e"), Expression: aws.String("q * 2")}
		many := make([]types.MetricDataQuery, 501)
		for i := range many {
			many[i] = good
		}
		paged := asked(began, good)
		paged.MaxDatapoints = aws.Int32(10)
		for name, in := range map[string]*cloudwatch.GetMetricDataInput{
			"no queries":        asked(began),
			"501 queries":       asked(began, many...),
			"an ID twice":       asked(began, good, good),
			"an ID in capitals": asked(began, question("Q", "Sum", 60, busy.Name)),
			"an expression":     asked(began, good, expression),
			"half a minute":     asked(began, question("q", "Sum", 30, busy.Name)),
			"a trimmed mean":    asked(began, question("q", "tm90", 60, busy.Name)),
			"no time":           asked(time.Now(), good),
			"pages":             paged,
		} {
			if in.MetricDataQueries == nil {
				in.MetricDataQueries = []types.MetricDataQuery{}
			}
			if _, err := c.client.GetMetricData(c.Context(), in); codeOf(err) != "ValidationError" {
				c.Errorf("%s: got %v", name, err)
			}
		}
	})
}
