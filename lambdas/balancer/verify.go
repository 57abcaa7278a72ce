package balancer

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/autoscaling"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/lambdas/fleet"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// Verify checks the release once from both sides of the load balancer. An answer alone proves
// nothing, because a load balancer without healthy targets sends requests to all of them. If the
// security group does not admit functions, only the targets are checked.
var Verify = step.Define(step.Step{
	Name:     "Verify",
	Summary:  "Asks the target group whether the release's instances are healthy, and the load balancer for the health path.",
	Timeout:  30 * time.Second,
	MemoryMB: 128,
	Operations: []step.Operation{
		step.Unbound("elasticloadbalancing:DescribeTargetHealth"),
		step.Unbound("elasticloadbalancing:DescribeListeners"),
		step.Unbound("elasticloadbalancing:DescribeRules"),
		step.Unbound("autoscaling:DescribeAutoScalingGroups"),
	},
}, func(clients step.Clients, settings step.Settings) func(context.Context, VerifyInput) (Verdict, error) {
	return verify{clients.ELB, clients.ELB, clients.AutoScaling, clients.HTTP, settings}.run
})

// VerifyInput is the step's input.
type VerifyInput struct {
	step.Call
	fleet.LastUnhealthy
	Plan            release.Plan `json:"plan"`
	Slot            release.Slot `json:"slot"`
	Preview         bool         `json:"preview"`      // ask by the preview rule, because visitors reach another fleet
	LoadBalancer    string       `json:"loadBalancer"` // ARN
	URL             string       `json:"url"`
	Host            string       `json:"host"` // the load balancer's own DNS name
	TemplateVersion string       `json:"templateVersion"`
	Deadline        time.Time    `json:"deadline"`
}

// Verdict is the result of the check.
type Verdict struct {
	fleet.LastUnhealthy
	Verified bool   `json:"verified"`
	Healthy  int    `json:"healthy"` // healthy targets that run the release
	Reason   string `json:"reason"`  // why it is not verified, or ""
}

// Note counts the healthy targets, or says what is missing.
func (v Verdict) Note() string {
	if v.Reason != "" {
		return v.Reason
	}
	return fmt.Sprintf("%d healthy", v.Healthy)
}

// healthTimeout leaves room for the other calls within the step's time-out.
const healthTimeout = 10 * time.Second

type previewReader interface {
	elb.DescribeListenersAPIClient
	RuleReader
}

type verify struct {
	targets  fleet.TargetReader
	previews previewReader
	groups   autoscaling.DescribeAutoScalingGroupsAPIClient
	web      step.Doer
	settings step.Settings
}

func (v verify) run(ctx context.Context, in VerifyInput) (Verdict, error) {
	verdict, err := v.askTargets(ctx, in)
	if err != nil {
		return Verdict{}, err
	}
	if verdict.Reason == "" && !v.settings.Closed {
		if verdict.Reason, err = v.askBalancer(ctx, in); err != nil {
			return Verdict{}, err
		}
	}
	if verdict.Reason != "" && time.Now().After(in.Deadline) {
		return Verdict{}, tooLate(in, verdict)
	}
	verdict.Verified = verdict.Reason == ""
	return verdict, nil
}

// tooLate also names a target that was unhealthy before, unless this check found one: by the
// deadline a new instance without a result may have taken its place.
func tooLate(in VerifyInput, verdict Verdict) error {
	reason := verdict.Reason
	if verdict.LastUnhealthy == in.LastUnhealthy {
		reason = in.Explain(reason)
	}
	return release.Errorf(release.VerifyFailed, "release %s does not serve at its deadline, %s: %s",
		in.Plan.Release, in.Deadline.Format(time.RFC3339), reason)
}

// askTargets counts the healthy targets that run the release's template version, and says why there
// are too few.
func (v verify) askTargets(ctx context.Context, in VerifyInput) (Verdict, error) {
	group, err := fleet.Group(ctx, v.groups, v.settings.Environment.Group(in.Slot))
	if err != nil || group == nil {
		return Verdict{LastUnhealthy: in.LastUnhealthy, Reason: "there is no group " + v.settings.Environment.Group(in.Slot)}, err
	}
	ours := map[string]bool{}
	for _, instance := range group.Instances {
		ours[aws.ToString(instance.InstanceId)] = fleet.VersionOf(instance.LaunchTemplate) == in.TemplateVersion
	}
	out, err := v.targets.DescribeTargetHealth(ctx, &elb.DescribeTargetHealthInput{TargetGroupArn: aws.String(v.settings.Targets(in.Slot))})
	if err != nil {
		return Verdict{}, err
	}
	verdict := Verdict{LastUnhealthy: in.Update(out.TargetHealthDescriptions, in.Plan)}
	for _, target := range out.TargetHealthDescriptions {
		id := aws.ToString(target.Target.Id)
		if trouble := troubleOf(target, in.Plan); trouble != "" && (verdict.Reason == "" || fleet.IsUnhealthy(target)) {
			verdict.Reason = fmt.Sprintf("target %s is %s", id, trouble)
		} else if isHealthy(target) && ours[id] {
			verdict.Healthy++
		}
	}
	// The group's own minimum applies until EnsureScaling sets the plan's.
	if least := min(in.Plan.MinSize, int(aws.ToInt32(group.MinSize))); verdict.Reason == "" && verdict.Healthy < least {
		verdict.Reason = fmt.Sprintf("%d healthy targets run launch template version %s, %d are needed", verdict.Healthy, in.TemplateVersion, least)
	}
	return verdict, nil
}

func isHealthy(target types.TargetHealthDescription) bool {
	return target.TargetHealth != nil && target.TargetHealth.State == types.TargetHealthStateEnumHealthy
}

// troubleOf returns why a target is not healthy, in AWS's words, or "" if it is healthy or
// draining.
func troubleOf(target types.TargetHealthDescription, plan release.Plan) string {
	if target.TargetHealth == nil {
		return "in an unknown state"
	}
	switch target.TargetHealth.State {
	case types.TargetHealthStateEnumHealthy, types.TargetHealthStateEnumDraining, types.TargetHealthStateEnumUnhealthyDraining:
		return ""
	}
	return fmt.Sprintf("%s (%s)", target.TargetHealth.State, fleet.Reason(target, plan))
}

// askBalancer asks for the health path as a visitor, or as nobody but the release can.
func (v verify) askBalancer(ctx context.Context, in VerifyInput) (reason string, err error) {
	if !in.Preview {
		return v.askHealth(ctx, in, ""), nil
	}
	listener, err := Entrance(ctx, v.previews, in.LoadBalancer)
	if err != nil || listener == nil {
		return "the load balancer has no listener that forwards", err
	}
	found, err := Previews(ctx, v.previews, aws.ToString(listener.ListenerArn))
	if err != nil || len(found) == 0 {
		return "the listener has no preview rule", err
	}
	return v.askHealth(ctx, in, password(found[0])), nil
}

// askHealth returns why the health path does not answer, or "" if it does. It connects to the load
// balancer itself with the gallery's host name, because DNS may still point to a former load
// balancer.
func (v verify) askHealth(ctx context.Context, in VerifyInput, preview string) string {
	ctx, cancel := context.WithTimeout(ctx, healthTimeout)
	defer cancel()
	url := strings.TrimSuffix(in.URL, "/") + in.Plan.Bundle.Health()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err.Error()
	}
	request.Host, request.URL.Host = request.URL.Host, in.Host
	if preview != "" {
		request.Header.Set(PreviewHeader, preview)
	}
	response, err := v.web.Do(request)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		return fmt.Sprintf("GET %s is answered with %s; %s", url, response.Status, fleet.MustAnswer(in.Plan))
	}
	if _, err := io.Copy(io.Discard, io.LimitReader(response.Body, 1<<20)); err != nil {
		return fmt.Sprintf("GET %s breaks off: %v", url, err)
	}
	return ""
}
