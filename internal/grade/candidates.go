package grade

import (
	"cmp"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	autoscaling "github.com/aws/aws-sdk-go-v2/service/autoscaling/types"
	ec2 "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// lesson is one candidate: a VPC with one load balancer and one group. What is connected stays together.
type lesson struct {
	*Snapshot
	vpc      string                        // its ID, or "" if the account has none
	balancer *elb.LoadBalancer             // or nil
	group    *autoscaling.AutoScalingGroup // or nil
}

// candidates lists every VPC with each of its load balancers, or none, and each of its groups, or none.
// There is at least one.
func (s *Snapshot) candidates() []*lesson {
	var all []*lesson
	for _, vpc := range s.vpcIDs() {
		for _, balancer := range append(s.balancersIn(vpc), nil) {
			for _, group := range append(s.groupsIn(vpc), nil) {
				if !s.apart(balancer, group) {
					all = append(all, &lesson{s, vpc, balancer, group})
				}
			}
		}
	}
	return all
}

// vpcIDs lists the VPCs that anything is in, those of one's own first.
func (s *Snapshot) vpcIDs() []string {
	var ids []string
	for _, v := range s.VPCs {
		ids = append(ids, aws.ToString(v.VpcId))
	}
	for _, v := range s.Subnets { // where VPCs may not be described
		ids = append(ids, aws.ToString(v.VpcId))
	}
	for _, v := range s.Balancers {
		ids = append(ids, aws.ToString(v.VpcId))
	}
	slices.SortFunc(ids, func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(s.isDefault(a)), rank(s.isDefault(b))), strings.Compare(a, b))
	})
	if ids = slices.Compact(ids); len(ids) == 0 {
		return []string{""}
	}
	return ids
}

func rank(last bool) int {
	if last {
		return 1
	}
	return 0
}

func (s *Snapshot) isDefault(vpc string) bool {
	return slices.ContainsFunc(s.VPCs, func(v ec2.Vpc) bool { return aws.ToString(v.VpcId) == vpc && aws.ToBool(v.IsDefault) })
}

func (s *Snapshot) balancersIn(vpc string) (found []*elb.LoadBalancer) {
	for i, b := range s.Balancers {
		if aws.ToString(b.VpcId) == vpc {
			found = append(found, &s.Balancers[i])
		}
	}
	return found
}

// groupsIn lists the groups in a VPC, and those whose subnets AWS does not show. One that is being
// deleted is none any more.
func (s *Snapshot) groupsIn(vpc string) (found []*autoscaling.AutoScalingGroup) {
	for i := range s.Groups {
		group := &s.Groups[i]
		subnets := s.subnetsOf(group)
		if aws.ToString(group.Status) == "" && (len(subnets) == 0 || aws.ToString(subnets[0].VpcId) == vpc) {
			found = append(found, group)
		}
	}
	return found
}

func (s *Snapshot) subnetsOf(group *autoscaling.AutoScalingGroup) (found []ec2.Subnet) {
	for id := range strings.SplitSeq(aws.ToString(group.VPCZoneIdentifier), ",") {
		for _, subnet := range s.Subnets {
			if aws.ToString(subnet.SubnetId) == strings.TrimSpace(id) {
				found = append(found, subnet)
			}
		}
	}
	return found
}

// apart reports whether a load balancer and a group belong to different lessons: one of them is connected,
// by a target group, to another and not to this one.
func (s *Snapshot) apart(balancer *elb.LoadBalancer, group *autoscaling.AutoScalingGroup) bool {
	if balancer != nil && group != nil && s.connected(balancer, group) {
		return false
	}
	otherBalancer := group != nil && slices.ContainsFunc(s.Balancers, func(b elb.LoadBalancer) bool { return s.connected(&b, group) })
	otherGroup := balancer != nil && slices.ContainsFunc(s.Groups, func(g autoscaling.AutoScalingGroup) bool { return s.connected(balancer, &g) })
	return otherBalancer || otherGroup
}

func (s *Snapshot) connected(balancer *elb.LoadBalancer, group *autoscaling.AutoScalingGroup) bool {
	return slices.ContainsFunc(s.TargetGroups, func(t elb.TargetGroup) bool {
		return slices.Contains(t.LoadBalancerArns, aws.ToString(balancer.LoadBalancerArn)) && slices.Contains(attachedTo(group), aws.ToString(t.TargetGroupArn))
	})
}

// attachedTo lists the ARNs of the target groups that a group registers its instances with.
// https://docs.aws.amazon.com/autoscaling/ec2/APIReference/API_AutoScalingGroup.html
func attachedTo(group *autoscaling.AutoScalingGroup) []string {
	arns := slices.Clone(group.TargetGroupARNs)
	for _, source := range group.TrafficSources {
		arns = append(arns, aws.ToString(source.Identifier))
	}
	return arns
}

// name names what is graded.
func (l *lesson) name() string {
	parts := []string{"no VPC"}
	if l.vpc != "" {
		parts[0] = "VPC " + l.vpc
	}
	if l.balancer != nil {
		parts = append(parts, "load balancer "+aws.ToString(l.balancer.LoadBalancerName))
	}
	if l.group != nil {
		parts = append(parts, "Auto Scaling group "+aws.ToString(l.group.AutoScalingGroupName))
	}
	return strings.Join(parts, ", ")
}

// others names what was not graded. The default VPC is nobody's work.
func (l *lesson) others() (names []string) {
	for _, id := range l.vpcIDs() {
		if id != l.vpc && !l.isDefault(id) {
			names = append(names, "VPC "+id)
		}
	}
	for _, b := range l.otherBalancers() {
		names = append(names, "load balancer "+aws.ToString(b.LoadBalancerName))
	}
	for _, group := range l.Groups {
		if l.group == nil || aws.ToString(group.AutoScalingGroupName) != aws.ToString(l.group.AutoScalingGroupName) {
			names = append(names, "Auto Scaling group "+aws.ToString(group.AutoScalingGroupName))
		}
	}
	return names
}

func (l *lesson) otherBalancers() (others []elb.LoadBalancer) {
	for _, b := range l.Balancers {
		if l.balancer == nil || aws.ToString(b.LoadBalancerArn) != aws.ToString(l.balancer.LoadBalancerArn) {
			others = append(others, b)
		}
	}
	return others
}
