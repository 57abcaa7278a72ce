package grade

import (
	"fmt"
	"slices"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2 "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// judgeSecurityGroups wants a chain: the world reaches the load balancer's group on port 80, and that group
// alone reaches port 80 of the instances. No other port of theirs may be open to the world.
func judgeSecurityGroups(l *lesson) finding {
	instances := l.groupsOfInstances()
	if len(instances) == 0 {
		return missing("Give the instances, in the launch template, a security group that admits port 80 from the load balancer's security group alone.")
	}
	var evidence, next []string
	chained := false
	for _, group := range l.SecurityGroups {
		if !slices.Contains(instances, aws.ToString(group.GroupId)) {
			continue
		}
		found, too := l.admits(group)
		chained = chained || len(found) > 0
		evidence, next = append(evidence, found...), append(next, too...)
	}
	if !chained {
		return missing(fmt.Sprintf("Let %s admit port 80 from the load balancer's security group alone.", list(instances)), problems(instances, next)...)
	}
	if closed := l.closedBalancer(); closed != "" {
		next = append(next, fmt.Sprintf("Let %s, of the load balancer, admit port 80 from 0.0.0.0/0.", closed))
	}
	return judged(next, evidence...)
}

func problems(instances, next []string) []string {
	if len(next) > 0 {
		return next
	}
	return []string{fmt.Sprintf("The instances have %s.", list(instances))}
}

// groupsOfInstances lists the IDs of the security groups of the fleet, else of the targets, else of the
// group's launch template or of one that no group uses.
func (l *lesson) groupsOfInstances() (ids []string) {
	of := l.fleet()
	if len(of) == 0 {
		for _, t := range l.health() {
			of = append(of, aws.ToString(t.Target.Id))
		}
	}
	for _, i := range l.Instances {
		if slices.Contains(of, aws.ToString(i.InstanceId)) {
			for _, g := range i.SecurityGroups {
				ids = append(ids, aws.ToString(g.GroupId))
			}
		}
	}
	if len(ids) == 0 {
		ids = groupsOfTemplate(l.anyTemplate())
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// admits tells in which rules a group of instances admits port 80 from the load balancer, and what to take
// away from it. Instances of the group itself may reach each other.
func (l *lesson) admits(group ec2.SecurityGroup) (chain, too []string) {
	id := aws.ToString(group.GroupId)
	for _, rule := range group.IpPermissions {
		for _, block := range blocks(rule) {
			if covers(rule, httpPort) || isWorld(block) {
				too = append(too, fmt.Sprintf("Take %s from %s out of %s.", ports(rule), block, id))
			}
		}
		for _, pair := range rule.UserIdGroupPairs {
			switch from := aws.ToString(pair.GroupId); {
			case !covers(rule, httpPort):
			case l.isFront(from):
				chain = append(chain, fmt.Sprintf("%s admits %s from %s.", id, ports(rule), from))
			case from != id:
				too = append(too, fmt.Sprintf("Take %s from %s, which is not the load balancer's, out of %s.", ports(rule), from, id))
			}
		}
	}
	return chain, too
}

// isFront reports whether a security group is the load balancer's or, without one, could be: the world
// reaches its port 80.
func (l *lesson) isFront(id string) bool {
	if l.balancer != nil {
		return slices.Contains(l.balancer.SecurityGroups, id)
	}
	return slices.ContainsFunc(l.SecurityGroups, func(g ec2.SecurityGroup) bool { return aws.ToString(g.GroupId) == id && isOpen(g) })
}

// closedBalancer returns the load balancer's security groups if none of them lets the world in, or "".
func (l *lesson) closedBalancer() string {
	if l.balancer == nil {
		return ""
	}
	for _, g := range l.SecurityGroups {
		if slices.Contains(l.balancer.SecurityGroups, aws.ToString(g.GroupId)) && isOpen(g) {
			return ""
		}
	}
	return list(l.balancer.SecurityGroups)
}

// isOpen reports whether the world reaches port 80 of a security group.
func isOpen(group ec2.SecurityGroup) bool {
	return slices.ContainsFunc(group.IpPermissions, func(rule ec2.IpPermission) bool {
		return covers(rule, httpPort) && slices.ContainsFunc(blocks(rule), isWorld)
	})
}

func isWorld(block string) bool { return block == "0.0.0.0/0" || block == "::/0" }

// blocks lists the addresses that a rule admits.
func blocks(rule ec2.IpPermission) (found []string) {
	for _, r := range rule.IpRanges {
		found = append(found, aws.ToString(r.CidrIp))
	}
	for _, r := range rule.Ipv6Ranges {
		found = append(found, aws.ToString(r.CidrIpv6))
	}
	for _, r := range rule.PrefixListIds {
		found = append(found, aws.ToString(r.PrefixListId))
	}
	return found
}

// covers reports whether a rule is about a TCP port. The protocol -1 is about all.
// https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
func covers(rule ec2.IpPermission, port int32) bool {
	switch aws.ToString(rule.IpProtocol) {
	case "-1":
		return true
	case "tcp", "6":
		return aws.ToInt32(rule.FromPort) <= port && port <= aws.ToInt32(rule.ToPort)
	}
	return false
}

func ports(rule ec2.IpPermission) string {
	switch from, to := aws.ToInt32(rule.FromPort), aws.ToInt32(rule.ToPort); {
	case aws.ToString(rule.IpProtocol) == "-1":
		return "all traffic"
	case from == to:
		return fmt.Sprintf("port %d", from)
	default:
		return fmt.Sprintf("ports %d to %d", from, to)
	}
}
