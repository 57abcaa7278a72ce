package cloudwatch

import (
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"photogallery/internal/localcloud/fabric"
)

// cloud is a CloudWatch with a real client, in virtual time.
type cloud struct {
	*testing.T
	fabric  *fabric.Fabric
	service *Service
	client  *cloudwatch.Client
}

func inCloud(t *testing.T, test func(c cloud)) {
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		defer f.Close()
		test(cloud{t, f, New(f), cloudwatch.NewFromConfig(f.Config())})
	})
}

var busy = Metric{Namespace: "AWS/EC2", Name: "CPUUtilization", Dimensions: map[string]string{"AutoScalingGroupName": "fleet"}}

func busyAbove60() *cloudwatch.PutMetricAlarmInput {
	return &cloudwatch.PutMetricAlarmInput{
		AlarmName: aws.String("busy"), Namespace: aws.String(busy.Namespace), MetricName: aws.String(busy.Name),
		Dimensions: []types.Dimension{{Name: aws.String("AutoScalingGroupName"), Value: aws.String("fleet")}},
		Statistic:  types.StatisticAverage, Period: aws.Int32(60), EvaluationPeriods: aws.Int32(2),
		Threshold: aws.Float64(60), ComparisonOperator: types.ComparisonOperatorGreaterThanThreshold,
		TreatMissingData: aws.String("notBreaching"),
	}
}

func (c cloud) put(alarm *cloudwatch.PutMetricAlarmInput) {
	c.Helper()
	if _, err := c.client.PutMetricAlarm(c.Context(), alarm); err != nil {
		c.Fatal(err)
	}
}

func (c cloud) describe(name string) types.MetricAlarm {
	c.Helper()
	out, err := c.client.DescribeAlarms(c.Context(), &cloudwatch.DescribeAlarmsInput{AlarmNames: []string{name}})
	if err != nil {
		c.Fatal(err)
	}
	if len(out.MetricAlarms) != 1 {
		c.Fatalf("%d alarms are named %s", len(out.MetricAlarms), name)
	}
	return out.MetricAlarms[0]
}

// minute records values within one minute and waits until it has been evaluated.
func (c cloud) minute(metric Metric, values ...float64) {
	time.Sleep(30 * time.Second)
	c.fabric.Do(func() {
		for _, value := range values {
			c.service.Record(metric, value)
		}
	})
	time.Sleep(30 * time.Second)
	synctest.Wait()
}

func (c cloud) wantState(name string, want types.StateValue) {
	c.Helper()
	if got := c.describe(name); got.StateValue != want || aws.ToString(got.StateReason) == "" {
		c.Errorf("alarm %s is %s (%s), want %s", name, got.StateValue, aws.ToString(got.StateReason), want)
	}
}

func codeOf(err error) string {
	var answered smithy.APIError
	if errors.As(err, &answered) {
		return answered.ErrorCode()
	}
	return ""
}

func TestAlarmFollowsItsMetric(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.put(busyAbove60())
		c.wantState("busy", types.StateValueInsufficientData)
		c.minute(busy, 10, 20)
		c.wantState("busy", types.StateValueOk)
		c.minute(busy, 90, 70)
		c.wantState("busy", types.StateValueOk) // one of two
		c.minute(busy, 80)
		c.wantState("busy", types.StateValueAlarm)
		c.minute(busy, 20, 90) // 55 on average
		c.wantState("busy", types.StateValueOk)
	})
}

func TestAlarmNeedsMOutOfN(t *testing.T) {
	inCloud(t, func(c cloud) {
		alarm := busyAbove60()
		alarm.EvaluationPeriods, alarm.DatapointsToAlarm = aws.Int32(5), aws.Int32(3)
		c.put(alarm)
		for minute, step := range []struct {
			value float64
			want  types.StateValue
		}{
			{90, types.StateValueOk}, {10, types.StateValueOk}, {90, types.StateValueOk}, {10, types.StateValueOk},
			{90, types.StateValueAlarm}, {10, types.StateValueOk}, {90, types.StateValueAlarm},
		} {
			c.minute(busy, step.value)
			if got := c.describe("busy"); got.StateValue != step.want {
				c.Errorf("after minute %d: %s (%s), want %s", minute, got.StateValue, *got.StateReason, step.want)
			}
		}
	})
}

func TestLongerPeriodsGatherTheirMinutes(t *testing.T) {
	inCloud(t, func(c cloud) {
		alarm := busyAbove60()
		alarm.Statistic, alarm.Period, alarm.EvaluationPeriods = types.StatisticSum, aws.Int32(180), aws.Int32(1)
		c.put(alarm)
		c.minute(busy, 30)
		c.minute(busy, 20)
		c.wantState("busy", types.StateValueOk)
		c.minute(busy, 11)
		c.wantState("busy", types.StateValueAlarm)
	})
}

func TestScalingActionsRepeatWhileInAlarm(t *testing.T) {
	inCloud(t, func(c cloud) {
		const policy = "arn:aws:autoscaling:us-east-1:123456789012:scalingPolicy:1:autoScalingGroupName/fleet:policyName/scale-out"
		ran := map[string]int{}
		c.fabric.Do(func() {
			c.service.OnAction("arn:aws:autoscaling:", func(alarm, _, action string) { ran[alarm+" "+action]++ })
			c.service.OnAction("arn:aws:sns:", func(alarm, _, action string) { ran[alarm+" "+action]++ })
		})
		alarm := busyAbove60()
		alarm.AlarmActions = []string{policy}
		c.put(alarm)
		for range 5 {
			c.minute(busy, 90) // in ALARM from the second minute on
		}
		for range 3 {
			c.minute(busy, 10)
		}
		if ran["busy "+policy] != 4 || len(ran) != 1 {
			c.Errorf("actions ran: %v, want the policy's four times", ran)
		}
	})
}

func TestBreachIsTheLatestDataPointBesideTheThreshold(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.put(busyAbove60())
		c.fabric.Do(func() {
			if _, _, ok := c.service.Breach("busy"); ok {
				c.Error("a new alarm has a data point")
			}
			if _, _, ok := c.service.Breach("absent"); ok {
				c.Error("an absent alarm has a data point")
			}
		})
		c.minute(busy, 20)
		c.minute(busy, 75)
		c.fabric.Do(func() {
			if value, threshold, ok := c.service.Breach("busy"); value != 75 || threshold != 60 || !ok {
				c.Errorf("got %g against %g, %v", value, threshold, ok)
			}
		})
	})
}

func TestUpdateKeepsTheStateAndReplacesTheRest(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.put(busyAbove60())
		c.minute(busy, 90)
		c.minute(busy, 90)
		before := c.describe("busy")
		update := busyAbove60()
		update.Threshold, update.AlarmDescription = aws.Float64(95), aws.String("new")
		c.put(update)
		after := c.describe("busy")
		if after.StateValue != types.StateValueAlarm || !after.StateUpdatedTimestamp.Equal(*before.StateUpdatedTimestamp) {
			c.Errorf("the update left the alarm %s", after.StateValue)
		}
		if *after.Threshold != 95 || *after.AlarmDescription != "new" {
			c.Errorf("the update was not taken: %g %s", *after.Threshold, *after.AlarmDescription)
		}
		c.minute(busy, 90)
		c.wantState("busy", types.StateValueOk)
	})
}

func TestDeleteTakesWhatThereIsAndNamesWhatThereIsNot(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.put(busyAbove60())
		_, err := c.client.DeleteAlarms(c.Context(), &cloudwatch.DeleteAlarmsInput{AlarmNames: []string{"absent", "busy"}})
		if codeOf(err) != "ResourceNotFound" {
			c.Errorf("got %v", err)
		}
		out, err := c.client.DescribeAlarms(c.Context(), &cloudwatch.DescribeAlarmsInput{})
		if err != nil || len(out.MetricAlarms) != 0 {
			c.Errorf("left: %v, %v", out.MetricAlarms, err)
		}
	})
}

func TestDescribeAnswersInTheOrderOfTheNames(t *testing.T) {
	inCloud(t, func(c cloud) {
		for _, name := range []string{"b-2", "a-1", "b-1", "b-3"} {
			alarm := busyAbove60()
			alarm.AlarmName = aws.String(name)
			c.put(alarm)
		}
		for want, in := range map[string]*cloudwatch.DescribeAlarmsInput{
			"b-1 b-2 b-3":     {AlarmNamePrefix: aws.String("b-")},
			"a-1 b-3":         {AlarmNames: []string{"b-3", "absent", "a-1"}},
			"a-1 b-1 b-2 b-3": {},
		} {
			var names []string
			pages := cloudwatch.NewDescribeAlarmsPaginator(c.client, in)
			for pages.HasMorePages() {
				page, err := pages.NextPage(c.Context())
				if err != nil {
					c.Fatal(err)
				}
				for _, alarm := range page.MetricAlarms {
					names = append(names, *alarm.AlarmName)
				}
			}
			if got := strings.Join(names, " "); got != want {
				c.Errorf("got %s, want %s", got, want)
			}
		}
	})
}

func TestBadAlarmsAreRefused(t *testing.T) {
	inCloud(t, func(c cloud) {
		for name, spoil := range map[string]func(*cloudwatch.PutMetricAlarmInput){
			"short period": func(in *cloudwatch.PutMetricAlarmInput) { in.Period = aws.Int32(10) },
			"no statistic": func(in *cloudwatch.PutMetricAlarmInput) { in.Statistic = "" },
			"percentile":   func(in *cloudwatch.PutMetricAlarmInput) { in.Statistic, in.ExtendedStatistic = "", aws.String("p90") },
			"no periods":   func(in *cloudwatch.PutMetricAlarmInput) { in.EvaluationPeriods = aws.Int32(0) },
			"M above N":    func(in *cloudwatch.PutMetricAlarmInput) { in.DatapointsToAlarm = aws.Int32(3) },
			"no threshold": func(in *cloudwatch.PutMetricAlarmInput) { in.Threshold = nil },
			"anomaly comparison": func(in *cloudwatch.PutMetricAlarmInput) {
				in.ComparisonOperator = types.ComparisonOperatorLessThanLowerThreshold
			},
			"unknown treatment": func(in *cloudwatch.PutMetricAlarmInput) { in.TreatMissingData = aws.String("notbreaching") },
			"default treatment": func(in *cloudwatch.PutMetricAlarmInput) { in.TreatMissingData = nil },
			"action when OK": func(in *cloudwatch.PutMetricAlarmInput) {
				in.OKActions = []string{"arn:aws:sns:us-east-1:123456789012:topic"}
			},
			"actions switched off": func(in *cloudwatch.PutMetricAlarmInput) { in.ActionsEnabled = aws.Bool(false) },
			"no namespace":         func(in *cloudwatch.PutMetricAlarmInput) { in.Namespace = nil },
			"no metric":            func(in *cloudwatch.PutMetricAlarmInput) { in.MetricName = nil },
		} {
			alarm := busyAbove60()
			spoil(alarm)
			if _, err := c.client.PutMetricAlarm(c.Context(), alarm); codeOf(err) != "ValidationError" {
				c.Errorf("%s: got %v", name, err)
			}
		}
		out, err := c.client.DescribeAlarms(c.Context(), &cloudwatch.DescribeAlarmsInput{})
		if err != nil || len(out.MetricAlarms) != 0 {
			c.Errorf("a refused alarm was kept: %v, %v", out.MetricAlarms, err)
		}
	})
}

func TestCollectorsSampleEachMinuteOnceAtAnyPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(7)
		defer f.Close()
		time.Sleep(1234 * time.Millisecond) // off the minute
		began := time.Now()
		s := New(f)
		f.Do(func() { s.Collect(func() { s.Record(busy, 1) }) })
		time.Sleep(f.Scale(100 * time.Minute))
		synctest.Wait()
		f.Do(func() {
			points := s.Series(busy, began)
			if len(points) != 100 {
				t.Errorf("%d minutes have data, want 100", len(points))
			}
			for i, point := range points {
				if point.Count != 1 || point.Average() != 1 {
					t.Errorf("minute %d holds %d values", i, point.Count)
				}
			}
		})
	})
}

func TestSeriesKeepsMetricsApartByDimensions(t *testing.T) {
	inCloud(t, func(c cloud) {
		other := busy
		other.Dimensions = map[string]string{"AutoScalingGroupName": "other"}
		c.minute(busy, 1, 5)
		c.minute(other, 9)
		c.minute(busy, 2)
		c.fabric.Do(func() {
			points := c.service.Series(busy, time.Now().Add(-time.Hour))
			if len(points) != 2 || points[0].Sum != 6 || points[0].Minimum != 1 || points[1].Sum != 2 {
				c.Errorf("got %+v", points)
			}
			if recent := c.service.Series(busy, points[1].At.Add(time.Second)); len(recent) != 1 {
				c.Errorf("from the last minute on there are %d points", len(recent))
			}
		})
	})
}

func TestAlarmsSeeWhatIsCollectedAtTheEndOfTheSameMinute(t *testing.T) {
	inCloud(t, func(c cloud) {
		c.fabric.Do(func() { c.service.Collect(func() { c.service.Record(busy, 90) }) })
		c.put(busyAbove60())
		c.minute(busy)
		c.wantState("busy", types.StateValueOk)
		c.minute(busy)
		c.wantState("busy", types.StateValueAlarm)
	})
}
