package grade

import (
	"slices"
	"strconv"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2 "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

const (
	httpPort  = 80
	httpsPort = 443
)

// subnets lists the subnets of the lesson's VPC.
func (l *lesson) subnets() (found []ec2.Subnet) {
	for _, s := range l.Subnets {
		if aws.ToString(s.VpcId) == l.vpc {
			found = append(found, s)
		}
	}
	return found
}

// ownVPC reports whether somebody made the VPC: an account has a default one in each region, with subnets,
// a gateway and routes. https://docs.aws.amazon.com/vpc/latest/userguide/default-vpc.html
func (l *lesson) ownVPC() bool {
	return slices.ContainsFunc(l.VPCs, func(v ec2.Vpc) bool { return aws.ToString(v.VpcId) == l.vpc && !aws.ToBool(v.IsDefault) })
}

// zonesOf lists the zones of subnets, sorted.
func zonesOf(subnets []ec2.Subnet) []string {
	var zones []string
	for _, s := range subnets {
		zones = append(zones, aws.ToString(s.AvailabilityZone))
	}
	slices.Sort(zones)
	return slices.Compact(zones)
}

// zonesWanted is how many zones the load balancer and the group must be in. Where the VPC has only one,
// the row of the subnets has lost its points already.
func (l *lesson) zonesWanted() int {
	if zones := len(zonesOf(l.subnets())); zones > 0 {
		return min(2, zones)
	}
	return 2
}

// listenersOf lists the listeners of a load balancer on a port.
func (s *Snapshot) listenersOf(balancer *elb.LoadBalancer, port int32) (found []elb.Listener) {
	for _, listener := range s.Listeners {
		if balancer != nil && aws.ToString(listener.LoadBalancerArn) == aws.ToString(balancer.LoadBalancerArn) && aws.ToInt32(listener.Port) == port {
			found = append(found, listener)
		}
	}
	return found
}

// forwards lists the ARNs of the target groups that a listener sends requests to by default.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#forward-actions
func forwards(listener elb.Listener) (arns []string) {
	for _, action := range listener.DefaultActions {
		if action.Type != elb.ActionTypeEnumForward {
			continue
		}
		if action.ForwardConfig == nil || len(action.ForwardConfig.TargetGroups) == 0 {
			arns = append(arns, aws.ToString(action.TargetGroupArn))
			continue
		}
		for _, part := range action.ForwardConfig.TargetGroups {
			if part.Weight == nil || *part.Weight > 0 {
				arns = append(arns, aws.ToString(part.TargetGroupArn))
			}
		}
	}
	return arns
}

// redirects reports whether a listener sends every request to HTTPS.
func redirects(listener elb.Listener) bool {
	return slices.ContainsFunc(listener.DefaultActions, func(a elb.Action) bool {
		return a.Type == elb.ActionTypeEnumRedirect && a.RedirectConfig != nil && aws.ToString(a.RedirectConfig.Protocol) == "HTTPS"
	})
}

// forwarded lists the ARNs of the target groups that visitors of port 80 are led to, over HTTPS if port 80
// redirects there.
func (l *lesson) forwarded() (arns []string) {
	for _, listener := range l.listenersOf(l.balancer, httpPort) {
		arns = append(arns, forwards(listener)...)
		if redirects(listener) {
			for _, secure := range l.listenersOf(l.balancer, httpsPort) {
				arns = append(arns, forwards(secure)...)
			}
		}
	}
	return arns
}

// targetGroups lists the target groups that visitors are led to; without any, those of the group; without
// those, the free ones of the VPC.
func (l *lesson) targetGroups() []elb.TargetGroup {
	wanted := l.forwarded()
	if len(wanted) == 0 && l.group != nil {
		wanted = attachedTo(l.group)
	}
	var known, free []elb.TargetGroup
	for _, t := range l.TargetGroups {
		if slices.Contains(wanted, aws.ToString(t.TargetGroupArn)) {
			known = append(known, t)
		}
		if aws.ToString(t.VpcId) == l.vpc && len(t.LoadBalancerArns) == 0 {
			free = append(free, t)
		}
	}
	if len(known) == 0 {
		return free
	}
	return known
}

// health lists the targets that are to serve, each once.
func (l *lesson) health() (targets []elbHealth) {
	for _, group := range l.targetGroups() {
		for _, t := range l.Health[aws.ToString(group.TargetGroupArn)] {
			if t.Target != nil && t.TargetHealth != nil && t.TargetHealth.State != elb.TargetHealthStateEnumDraining {
				targets = append(targets, t)
			}
		}
	}
	return targets
}

// healthy lists the IDs of the targets that pass the health check.
func (l *lesson) healthy() (ids []string) {
	for _, t := range l.health() {
		if t.TargetHealth.State == elb.TargetHealthStateEnumHealthy {
			ids = append(ids, aws.ToString(t.Target.Id))
		}
	}
	return ids
}

// fleet lists the IDs of the group's instances.
func (l *lesson) fleet() (ids []string) {
	if l.group != nil {
		for _, i := range l.group.Instances {
			ids = append(ids, aws.ToString(i.InstanceId))
		}
	}
	return ids
}

// template returns the version that the group launches, or nil if it has none or AWS does not show it.
func (l *lesson) template() *ec2.LaunchTemplateVersion {
	if l.group == nil {
		return nil
	}
	spec := l.group.LaunchTemplate
	if mixed := l.group.MixedInstancesPolicy; spec == nil && mixed != nil && mixed.LaunchTemplate != nil {
		spec = mixed.LaunchTemplate.LaunchTemplateSpecification
	}
	if spec == nil {
		return nil
	}
	var of []ec2.LaunchTemplateVersion
	for _, v := range l.Versions {
		if spec.LaunchTemplateId != nil && aws.ToString(v.LaunchTemplateId) == *spec.LaunchTemplateId ||
			spec.LaunchTemplateId == nil && aws.ToString(v.LaunchTemplateName) == aws.ToString(spec.LaunchTemplateName) {
			of = append(of, v)
		}
	}
	return pick(of, aws.ToString(spec.Version))
}

// pick returns a version of a template by its number, $Latest or $Default, which is also what "" means.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_LaunchTemplateSpecification.html
func pick(versions []ec2.LaunchTemplateVersion, wanted string) (found *ec2.LaunchTemplateVersion) {
	for i, v := range versions {
		switch {
		case wanted == "$Latest" && found != nil && aws.ToInt64(v.VersionNumber) < aws.ToInt64(found.VersionNumber):
		case wanted == "$Latest", (wanted == "" || wanted == "$Default") && aws.ToBool(v.DefaultVersion), wanted == strconv.FormatInt(aws.ToInt64(v.VersionNumber), 10):
			found = &versions[i]
		}
	}
	return found
}

// groupsOfTemplate lists the IDs of the security groups that a template gives an instance.
func groupsOfTemplate(v *ec2.LaunchTemplateVersion) []string {
	if v == nil || v.LaunchTemplateData == nil {
		return nil
	}
	ids := slices.Clone(v.LaunchTemplateData.SecurityGroupIds)
	for _, card := range v.LaunchTemplateData.NetworkInterfaces {
		ids = append(ids, card.Groups...)
	}
	return ids
}

func templateName(v *ec2.LaunchTemplateVersion) string {
	return aws.ToString(v.LaunchTemplateName) + " version " + strconv.FormatInt(aws.ToInt64(v.VersionNumber), 10)
}

func list(words []string) string { return strings.Join(words, ", ") }

func sentences(all []string) string { return strings.Join(all, " ") }

// ended returns a text of AWS as a sentence.
func ended(text string) string {
	if strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}
