package emulator

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"

	"photogallery/lambdas/fleet"
)

// earlier is how much earlier a shift is said to have been: whole minutes must have passed since, and metrics
// are read two minutes after they began.
const earlier = 5 * time.Minute

// Hasten returns an answer of ShiftTraffic that tells of a shift some minutes earlier and of a watch that is
// as much quicker as the emulator's waits: both are times of the functions' clock. Any other answer it
// returns as it is.
func Hasten(answer []byte, pace float64) []byte {
	var shift map[string]any
	if json.Unmarshal(answer, &shift) != nil {
		return answer
	}
	since, failed := time.Parse(time.RFC3339, text(shift["since"]))
	until, err := time.Parse(time.RFC3339, text(shift["until"]))
	if failed != nil || err != nil {
		return answer
	}
	shift["since"], shift["until"] = since.Add(-earlier), since.Add(time.Duration(float64(until.Sub(since))/pace))
	hastened, err := json.Marshal(shift)
	if err != nil {
		return answer
	}
	return hastened
}

func text(value any) string {
	text, _ := value.(string)
	return text
}

// Count adds to what the load balancer has counted of a target group in each minute from a quarter of an hour
// ago until in five minutes. AWS takes no metrics of its own namespaces from others; emulators do.
func Count(ctx context.Context, api *cloudwatch.Client, loadBalancer, targetGroup string, requests, errors float64) error {
	in := cloudwatch.PutMetricDataInput{Namespace: aws.String("AWS/ApplicationELB")}
	now := time.Now().Truncate(time.Minute)
	for at := now.Add(-15 * time.Minute); at.Before(now.Add(5 * time.Minute)); at = at.Add(time.Minute) {
		for name, value := range map[string]float64{"RequestCount": requests, "HTTPCode_Target_5XX_Count": errors} {
			in.MetricData = append(in.MetricData, types.MetricDatum{
				MetricName: aws.String(name), Value: aws.Float64(value), Timestamp: aws.Time(at), Dimensions: fleet.TargetDimensions(loadBalancer, targetGroup),
			})
		}
	}
	_, err := api.PutMetricData(ctx, &in, func(o *cloudwatch.Options) { o.DisableRequestCompression = true }) // emulators read plain text
	return err
}
