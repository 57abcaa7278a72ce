package fleet

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// Seen holds the last unhealthy target that was seen, from one look at a fleet to the next. An instance that fails its health
// checks is replaced, and the group's log keeps of it that a check failed, but not how: AWS
// tells that only while the target is unhealthy.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-healthchecks.html
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
type Seen struct {
	Ill string `json:"ill"` // the target found unhealthy last, with AWS's reason; "" if none was
}

// TargetReader describes the health of the targets of a target group.
type TargetReader interface {
	DescribeTargetHealth(context.Context, *elb.DescribeTargetHealthInput, ...func(*elb.Options)) (*elb.DescribeTargetHealthOutput, error)
}

// look asks for the health of the targets and adds what it finds to what was seen before.
func look(ctx context.Context, api TargetReader, targetGroup string, before Seen) (Seen, error) {
	out, err := api.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: aws.String(targetGroup)})
	if err != nil {
		return before, err
	}
	return before.With(out.TargetHealthDescriptions), nil
}

// With returns what is known after another look found the targets so.
func (s Seen) With(targets []types.TargetHealthDescription) Seen {
	for _, target := range targets {
		if IsIll(target) {
			return Seen{fmt.Sprintf("target %s was unhealthy at %s (%s: %s)", aws.ToString(target.Target.Id),
				time.Now().UTC().Format(time.RFC3339), target.TargetHealth.Reason, aws.ToString(target.TargetHealth.Description))}
		}
	}
	return s
}

// IsIll reports whether the target has failed its health checks.
func IsIll(target types.TargetHealthDescription) bool {
	return target.TargetHealth != nil && target.TargetHealth.State == types.TargetHealthStateEnumUnhealthy
}

// Behind adds the target that was ill to a reason, if there was one.
func (s Seen) Behind(reason string) string {
	if s.Ill == "" {
		return reason
	}
	return reason + "; " + s.Ill
}
