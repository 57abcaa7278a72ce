package grade

import (
	"fmt"
	"slices"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"
	ec2 "github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

// network is the block of the lesson's VPC.
const network = "10.0.0.0/16"

func judgeVPC(l *lesson) finding {
	next := "Make a VPC with the block " + network + "."
	if !l.ownVPC() {
		return missing(next)
	}
	var blocks []string
	for _, v := range l.VPCs {
		if aws.ToString(v.VpcId) == l.vpc {
			blocks = append(blocks, aws.ToString(v.CidrBlock))
			for _, more := range v.CidrBlockAssociationSet {
				blocks = append(blocks, aws.ToString(more.CidrBlock))
			}
		}
	}
	evidence := fmt.Sprintf("%s has %s.", l.vpc, list(slices.Compact(blocks)))
	if !slices.Contains(blocks, network) {
		return partly(next, evidence)
	}
	return done(evidence)
}

func judgeSubnets(l *lesson) finding {
	next := "Make a subnet of the VPC in each of two zones."
	subnets := l.subnets()
	if !l.ownVPC() || len(subnets) == 0 {
		return missing(next)
	}
	var evidence []string
	for _, s := range subnets {
		evidence = append(evidence, fmt.Sprintf("%s, %s, in %s.", aws.ToString(s.SubnetId), aws.ToString(s.CidrBlock), aws.ToString(s.AvailabilityZone)))
	}
	if len(zonesOf(subnets)) < 2 {
		return partly(next, evidence...)
	}
	return done(evidence...)
}

func judgeGateway(l *lesson) finding {
	if !l.ownVPC() {
		return missing("Make a VPC first, then an internet gateway, and attach it to the VPC.")
	}
	loose := ""
	for _, g := range l.Gateways {
		id := aws.ToString(g.InternetGatewayId)
		if slices.ContainsFunc(g.Attachments, func(a ec2.InternetGatewayAttachment) bool { return aws.ToString(a.VpcId) == l.vpc }) {
			return done(fmt.Sprintf("%s is attached to %s.", id, l.vpc))
		}
		if len(g.Attachments) == 0 {
			loose = id
		}
	}
	if loose != "" {
		return partly(fmt.Sprintf("Attach %s to %s.", loose, l.vpc), loose+" is attached to no VPC.")
	}
	return missing("Make an internet gateway and attach it to " + l.vpc + ".")
}

// judgeRoutes looks at the subnets of the load balancer, and without one for two of the VPC. Others may be
// private. The row of the gateway judges whether the gateway is attached.
func judgeRoutes(l *lesson) finding {
	if !l.ownVPC() {
		return missing("Make a VPC first, with a route table that leads 0.0.0.0/0 to its internet gateway.")
	}
	var public, private, evidence []string
	for _, s := range l.subnets() {
		id := aws.ToString(s.SubnetId)
		if table := l.tableOf(id); table != nil && gatewayOf(table) != "" {
			public = append(public, id)
			evidence = append(evidence, fmt.Sprintf("%s of %s leads 0.0.0.0/0 to %s.", aws.ToString(table.RouteTableId), id, gatewayOf(table)))
		} else if l.balancer == nil || slices.Contains(l.subnetsOfBalancer(), id) {
			private = append(private, id)
		}
	}
	enough := len(private) == 0 || l.balancer == nil && len(public) >= 2
	table := slices.IndexFunc(l.Routes, func(t ec2.RouteTable) bool { return aws.ToString(t.VpcId) == l.vpc && gatewayOf(&t) != "" })
	switch {
	case len(public) > 0 && enough:
		return done(evidence...)
	case table < 0:
		return missing("Give a route table of " + l.vpc + " the route 0.0.0.0/0 to the internet gateway, and associate it with the public subnets.")
	}
	id := aws.ToString(l.Routes[table].RouteTableId)
	return partly(fmt.Sprintf("Associate %s with %s.", id, list(private)), append(evidence, fmt.Sprintf("%s leads 0.0.0.0/0 to %s.", id, gatewayOf(&l.Routes[table])))...)
}

func (l *lesson) subnetsOfBalancer() (ids []string) {
	if l.balancer != nil {
		for _, z := range l.balancer.AvailabilityZones {
			ids = append(ids, aws.ToString(z.SubnetId))
		}
	}
	return ids
}

// tableOf returns the route table of a subnet: its own, else the VPC's main one, of which AWS does not
// describe the association. https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_DescribeRouteTables.html
func (l *lesson) tableOf(subnet string) (found *ec2.RouteTable) {
	for i, t := range l.Routes {
		if aws.ToString(t.VpcId) != l.vpc {
			continue
		}
		for _, a := range t.Associations {
			if aws.ToString(a.SubnetId) == subnet {
				return &l.Routes[i]
			}
			if aws.ToBool(a.Main) {
				found = &l.Routes[i]
			}
		}
	}
	return found
}

// gatewayOf returns the internet gateway that a table leads 0.0.0.0/0 to, or "".
func gatewayOf(table *ec2.RouteTable) string {
	for _, r := range table.Routes {
		if gateway := aws.ToString(r.GatewayId); aws.ToString(r.DestinationCidrBlock) == "0.0.0.0/0" && strings.HasPrefix(gateway, "igw-") {
			return gateway
		}
	}
	return ""
}
