package grade

import (
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func judgeTargetGroup(l *lesson) finding {
	groups := l.targetGroups()
	if len(groups) == 0 {
		return missing("Make a target group of instances for HTTP on port 80, with the health check / .")
	}
	var best finding
	for _, t := range groups {
		if found := judgeOneTargetGroup(t); best.verdict != Done {
			best = found
		}
	}
	return best
}

func judgeOneTargetGroup(t elb.TargetGroup) finding {
	path, next := aws.ToString(t.HealthCheckPath), []string(nil)
	evidence := fmt.Sprintf("%s, %s on port %d, with the health check %q.", aws.ToString(t.TargetGroupName), t.Protocol, aws.ToInt32(t.Port), path)
	if path != "/" {
		next = append(next, "Change the path of its health check to / .")
	}
	if t.Protocol != elb.ProtocolEnumHttp || aws.ToInt32(t.Port) != httpPort {
		next = append(next, "Make one for HTTP on port 80; neither can be changed later.")
	}
	return judged(next, evidence)
}

// judgeTargets wants two healthy targets, or all of a group that is to have fewer, whose row has lost
// points for that already.
func judgeTargets(l *lesson) finding {
	targets, healthy := l.health(), l.healthy()
	if len(targets) == 0 {
		return missing("Attach the group to the target group, so that its instances become targets.")
	}
	var evidence []string
	for _, t := range targets {
		said := fmt.Sprintf("%s is %s", aws.ToString(t.Target.Id), t.TargetHealth.State)
		if why := aws.ToString(t.TargetHealth.Description); why != "" {
			said += ": " + why
		}
		evidence = append(evidence, ended(said))
	}
	wanted := 2
	if l.group != nil {
		wanted = max(1, min(wanted, int(aws.ToInt32(l.group.DesiredCapacity))))
	}
	switch {
	case len(healthy) == 0:
		return missing("See in the target group why its targets are not healthy: the app must answer / on port 80 with 200, and its security group admit the load balancer.", evidence...)
	case len(healthy) < len(targets) || len(healthy) < wanted:
		return partly(fmt.Sprintf("Wait for the other targets, or see why they are not healthy: %d of %d are.", len(healthy), max(wanted, len(targets))), evidence...)
	}
	return done(evidence...)
}
