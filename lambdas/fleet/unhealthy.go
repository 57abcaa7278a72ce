package fleet

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/release"
)

// LastUnhealthy holds the last unhealthy target of a fleet, from one check to the next. The group
// replaces an instance that fails its health checks, and logs that a check failed but not how: AWS
// says so only while the target is unhealthy.
// https://docs.aws.amazon.com/autoscaling/ec2/userguide/ts-as-healthchecks.html
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
type LastUnhealthy struct {
	Target string `json:"ill"` // the last unhealthy target, with AWS's reason, or "" if there was none
}

// TargetReader describes the health of the targets of a target group.
type TargetReader interface {
	DescribeTargetHealth(context.Context, *elb.DescribeTargetHealthInput, ...func(*elb.Options)) (*elb.DescribeTargetHealthOutput, error)
}

// look describes the health of the targets and adds the result to what was known before.
func look(ctx context.Context, api TargetReader, targetGroup string, plan release.Plan, before LastUnhealthy) (LastUnhealthy, error) {
	out, err := api.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: aws.String(targetGroup)})
	if err != nil {
		return before, err
	}
	return before.Update(out.TargetHealthDescriptions, plan), nil
}

// Update returns what is known after the targets have been described again.
func (s LastUnhealthy) Update(targets []types.TargetHealthDescription, plan release.Plan) LastUnhealthy {
	for _, target := range targets {
		if IsUnhealthy(target) {
			return LastUnhealthy{fmt.Sprintf("target %s was unhealthy at %s (%s)", aws.ToString(target.Target.Id),
				time.Now().UTC().Format(time.RFC3339), Reason(target, plan))}
		}
	}
	return s
}

// Reason returns why a target is not healthy: AWS's words and, if it has answered with another status
// than 200, what to do about that.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html#target-health-reason-codes
func Reason(target types.TargetHealthDescription, plan release.Plan) string {
	reason := fmt.Sprintf("%s: %s", target.TargetHealth.Reason, aws.ToString(target.TargetHealth.Description))
	if target.TargetHealth.Reason != types.TargetHealthReasonEnumResponseCodeMismatch {
		return reason
	}
	return reason + "; " + MustAnswer(plan)
}

// MustAnswer says what the release's health path has to answer.
func MustAnswer(plan release.Plan) string {
	return "GET " + plan.Bundle.Health() + " has to answer 200 by itself, without a redirect or a sign-in: correct the app, or name another HealthPath in its unit"
}

// IsUnhealthy reports whether the target has failed its health checks.
func IsUnhealthy(target types.TargetHealthDescription) bool {
	return target.TargetHealth != nil && target.TargetHealth.State == types.TargetHealthStateEnumUnhealthy
}

// Explain adds the last unhealthy target to a reason, if there was one.
func (s LastUnhealthy) Explain(reason string) string {
	if s.Target == "" {
		return reason
	}
	return reason + "; " + s.Target
}
