package grade

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

func judgeBalancer(l *lesson) finding {
	if l.balancer == nil {
		return missing("Make an internet-facing Application Load Balancer over the subnets of two zones.")
	}
	var zones, next []string
	for _, z := range l.balancer.AvailabilityZones {
		zones = append(zones, aws.ToString(z.ZoneName))
	}
	evidence := fmt.Sprintf("%s, %s, in %s.", aws.ToString(l.balancer.LoadBalancerName), l.balancer.Scheme, list(zones))
	if l.balancer.Type != elb.LoadBalancerTypeEnumApplication {
		next = append(next, fmt.Sprintf("Make an Application Load Balancer: this is of type %s.", l.balancer.Type))
	}
	if l.balancer.Scheme != elb.LoadBalancerSchemeEnumInternetFacing {
		next = append(next, "Make it internet-facing; the scheme of one that exists cannot be changed.")
	}
	slices.Sort(zones)
	if len(slices.Compact(zones)) < l.zonesWanted() {
		next = append(next, "Give it a subnet of a second zone.")
	}
	if state := l.balancer.State; state == nil || state.Code != elb.LoadBalancerStateEnumActive {
		next = append(next, "Wait until it is active; if it has failed, see its state in the console.")
	}
	return judged(next, evidence)
}

func judgeListener(l *lesson) finding {
	if l.balancer == nil {
		return missing("Make the load balancer first, with a listener for HTTP on port 80 that forwards to the target group.")
	}
	listeners := l.listenersOf(l.balancer, httpPort)
	name := aws.ToString(l.balancer.LoadBalancerName)
	if len(listeners) == 0 {
		return missing(fmt.Sprintf("Give %s a listener for HTTP on port 80 that forwards to the target group.", name))
	}
	evidence := fmt.Sprintf("%s listens on port 80 for %s.", name, listeners[0].Protocol)
	if len(l.forwarded()) == 0 {
		return partly("Change the listener's default action to forward to the target group.", evidence, "It forwards nothing.")
	}
	to := []string{}
	for _, t := range l.targetGroups() {
		to = append(to, aws.ToString(t.TargetGroupName))
	}
	if redirects(listeners[0]) {
		return done(evidence, "It redirects to HTTPS, which forwards to "+list(to)+".")
	}
	return done(evidence, "It forwards to "+list(to)+".")
}

// judged is done where nothing is left to do.
func judged(next []string, evidence ...string) finding {
	if len(next) == 0 {
		return done(evidence...)
	}
	return partly(sentences(next), evidence...)
}
