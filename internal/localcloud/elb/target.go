package elb

import (
	"slices"
	"strings"
	"sync/atomic"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/localcloud/fabric"
)

// Target is one registered instance.
type Target struct {
	Instance    string
	State       string // initial, healthy, unhealthy, unused or draining
	Reason      string // AWS's reason code, or "" if healthy
	Description string // the reason in words, or "" if healthy
}

type target struct {
	instance  string
	health    types.TargetHealth // by its health checks alone
	succeeded int                // health checks in a row
	failed    int                // health checks in a row
	checking  bool               // a health check is running
	draining  bool
	underWay  atomic.Int64 // requests without a complete answer
}

func newTarget(instance string) *target {
	return &target{instance: instance, health: registering}
}

// The states of a target apart from the results of health checks.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_TargetHealth.html
var (
	registering = describedHealth(types.TargetHealthStateEnumInitial,
		types.TargetHealthReasonEnumRegistrationInProgress, "Target registration is in progress")
	draining = describedHealth(types.TargetHealthStateEnumDraining,
		types.TargetHealthReasonEnumDeregistrationInProgress, "Target deregistration is in progress")
	notInUse = describedHealth(types.TargetHealthStateEnumUnused,
		types.TargetHealthReasonEnumNotInUse, "Target group is not configured to receive traffic from the load balancer")
	zoneNotEnabled = describedHealth(types.TargetHealthStateEnumUnused,
		types.TargetHealthReasonEnumNotInUse, "Target is in an Availability Zone that is not enabled for the load balancer")
	invalidState = describedHealth(types.TargetHealthStateEnumUnused,
		types.TargetHealthReasonEnumInvalidState, "Target is in the stopped state")
)

func describedHealth(state types.TargetHealthStateEnum, reason types.TargetHealthReasonEnum, description string) types.TargetHealth {
	return types.TargetHealth{State: state, Reason: reason, Description: aws.String(description)}
}

// Health returns the target's state in AWS's words, or "" if it is not registered.
func (s *Service) Health(targetGroup, instance string) string {
	for _, t := range s.Targets(targetGroup) {
		if t.Instance == instance {
			return t.State
		}
	}
	return ""
}

// Targets returns a target group's targets in order of registration, or none for an unknown target
// group.
func (s *Service) Targets(targetGroup string) []Target {
	g := s.group(targetGroup)
	if g == nil {
		return nil
	}
	var targets []Target
	for _, t := range g.targets {
		h := s.health(g, t)
		targets = append(targets, Target{t.instance, string(h.State), string(h.Reason), aws.ToString(h.Description)})
	}
	return targets
}

func (s *Service) describeTargetHealth(in *elb.DescribeTargetHealthInput) (*elb.DescribeTargetHealthOutput, error) {
	g := s.group(aws.ToString(in.TargetGroupArn))
	if g == nil {
		return nil, targetGroupNotFound(aws.ToString(in.TargetGroupArn))
	}
	if in.Targets != nil || in.Include != nil {
		return nil, fabric.Errorf("ValidationError", "the embedded cloud describes the health of all targets: leave Targets and Include out")
	}
	out := &elb.DescribeTargetHealthOutput{}
	for _, t := range g.targets {
		health := s.health(g, t)
		out.TargetHealthDescriptions = append(out.TargetHealthDescriptions, types.TargetHealthDescription{
			HealthCheckPort: aws.String("80"), TargetHealth: &health,
			Target: &types.TargetDescription{Id: aws.String(t.instance), Port: aws.Int32(80)},
		})
	}
	return out, nil
}

// health returns the target's state in AWS's words.
func (s *Service) health(g *targetGroup, t *target) types.TargetHealth {
	b := s.user(g.arn)
	i, _ := s.instances.Instance(t.instance)
	switch {
	case t.draining:
		return draining
	case b == nil || !b.active():
		return notInUse
	case i.State == ec2.Stopped || i.State == ec2.Terminated:
		return invalidState
	case !slices.ContainsFunc(b.AvailabilityZones, func(z types.AvailabilityZone) bool { return *z.ZoneName == i.Zone }):
		return zoneNotEnabled
	}
	return t.health
}

// modifyTargetGroup changes the path of the health checks that follow. What they have found stays.
func (s *Service) modifyTargetGroup(in *elb.ModifyTargetGroupInput) (*elb.ModifyTargetGroupOutput, error) {
	g := s.group(aws.ToString(in.TargetGroupArn))
	switch path := aws.ToString(in.HealthCheckPath); {
	case g == nil:
		return nil, targetGroupNotFound(aws.ToString(in.TargetGroupArn))
	case !strings.HasPrefix(path, "/"):
		return nil, fabric.Errorf("ValidationError", "Health check path %q must begin with a '/' character", path)
	default:
		g.path = path
	}
	return &elb.ModifyTargetGroupOutput{TargetGroups: []types.TargetGroup{{
		TargetGroupArn: in.TargetGroupArn, HealthCheckPath: in.HealthCheckPath,
	}}}, nil
}

// HealthPath returns the path of a target group's health checks, or "" for an unknown target group.
func (s *Service) HealthPath(targetGroup string) string {
	if g := s.group(targetGroup); g != nil {
		return g.path
	}
	return ""
}
