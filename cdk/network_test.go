package cdk_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func TestInstancesAreReachedFromTheLoadBalancerAlone(t *testing.T) {
	made := synthesize(t, "defaults")
	fleet, entrance := withPrefix(t, made, "AWS::EC2::SecurityGroup", "FleetSecurityGroup"), withPrefix(t, made, "AWS::EC2::SecurityGroup", "EntranceSecurityGroup")
	for id, rule := range made.of("AWS::EC2::SecurityGroupIngress") {
		switch attributeOf(rule.Properties["GroupId"]) {
		case fleet:
			if attributeOf(rule.Properties["SourceSecurityGroupId"]) != entrance || rule.Properties["FromPort"] != 80.0 || rule.Properties["ToPort"] != 80.0 {
				t.Errorf("%s lets something but the load balancer's HTTP in: %v", id, rule.Properties)
			}
		default:
			t.Errorf("%s opens a group that must be closed: %v", id, rule.Properties)
		}
	}
	for id, group := range made.of("AWS::EC2::SecurityGroup") {
		if group.Properties["SecurityGroupIngress"] != nil && id != entrance {
			t.Errorf("%s has rules of its own: %v", id, group.Properties["SecurityGroupIngress"])
		}
	}
}

// A group that says nothing of what goes out gets EC2's own rule, by which everything may.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-ec2-securitygroup.html
func TestSecurityGroupsLimitEgress(t *testing.T) {
	made := synthesize(t, "everything")
	for id, group := range made.of("AWS::EC2::SecurityGroup") {
		rules, _ := group.Properties["SecurityGroupEgress"].([]any)
		if len(rules) == 0 {
			t.Errorf("%s says nothing of what goes out", id)
		}
		for _, rule := range rules {
			if rule.(map[string]any)["IpProtocol"] == "-1" {
				t.Errorf("%s lets everything out", id)
			}
		}
	}
}

// Packages aside, all that an instance asks for is asked over TLS.
func TestInstancesReachWhatTheyNeed(t *testing.T) {
	made := synthesize(t, "defaults")
	for prefix, want := range map[string][]string{
		"FleetSecurityGroup":   {"0.0.0.0/0:443", "::/0:443"},
		"BuilderSecurityGroup": {"0.0.0.0/0:443", "0.0.0.0/0:80", "::/0:443", "::/0:80"},
	} {
		var open []string
		for _, rule := range made.Resources[withPrefix(t, made, "AWS::EC2::SecurityGroup", prefix)].Properties["SecurityGroupEgress"].([]any) {
			rule := rule.(map[string]any)
			to := rule["CidrIp"]
			if to == nil {
				to = rule["CidrIpv6"]
			}
			open = append(open, fmt.Sprintf("%v:%v", to, rule["ToPort"]))
		}
		if slices.Sort(open); !slices.Equal(open, want) {
			t.Errorf("%s reaches %v, want %v", prefix, open, want)
		}
	}
}

func TestEntranceAllowsOnlyTheRangeAndHTTPSWithADomain(t *testing.T) {
	for name, want := range map[string][]string{"defaults": {"0.0.0.0/0:80"}, "everything": {"203.0.113.0/24:443", "203.0.113.0/24:80"}} {
		made := synthesize(t, name)
		entrance := made.Resources[withPrefix(t, made, "AWS::EC2::SecurityGroup", "EntranceSecurityGroup")]
		var open []string
		for _, rule := range entrance.Properties["SecurityGroupIngress"].([]any) {
			open = append(open, fmt.Sprintf("%v:%v", rule.(map[string]any)["CidrIp"], rule.(map[string]any)["FromPort"]))
		}
		if slices.Sort(open); !slices.Equal(open, want) {
			t.Errorf("%s: open are %v, want %v", name, open, want)
		}
	}
}

func TestPrivateSubnetsHaveNoIngressAndNoPaidEgress(t *testing.T) {
	made := synthesize(t, "everything")
	if len(made.of("AWS::EC2::NatGateway")) > 0 {
		t.Error("there is a NAT gateway")
	}
	for id, subnet := range made.of("AWS::EC2::Subnet") {
		if strings.Contains(id, "Private") && (subnet.Properties["MapPublicIpOnLaunch"] == true || subnet.Properties["AssignIpv6AddressOnCreation"] != true) {
			t.Errorf("%s gives public IPv4 addresses, or no IPv6 ones: %v", id, subnet.Properties)
		}
	}
	for id, route := range made.of("AWS::EC2::Route") {
		if strings.Contains(id, "Private") && (route.Properties["EgressOnlyInternetGatewayId"] == nil || route.Properties["GatewayId"] != nil) {
			t.Errorf("%s leads elsewhere than to the egress-only gateway: %v", id, route.Properties)
		}
	}
}

// withPrefix returns the logical ID of the one resource of a type whose ID begins so: the rest is a
// hash.
func withPrefix(t *testing.T, made template, kind, prefix string) string {
	t.Helper()
	for id := range made.of(kind) {
		if strings.HasPrefix(id, prefix) {
			return id
		}
	}
	t.Fatalf("there is no %s %s", kind, prefix)
	return ""
}

func TestFleetReachesOnlyThePhotoBucket(t *testing.T) {
	made := synthesize(t, "defaults")
	for id, endpoint := range made.of("AWS::EC2::VPCEndpoint") {
		for _, table := range endpoint.Properties["RouteTableIds"].([]any) {
			if !strings.Contains(attributeOf(table), "Private") {
				t.Errorf("%s is a way out of %v, whose builder fetches packages", id, table)
			}
		}
		for _, one := range statementsOf(made, id, endpoint.Properties["PolicyDocument"]) {
			for _, resource := range one.resources {
				if !strings.HasPrefix(resource, "arn:aws:s3:::Photos") {
					t.Errorf("%s leads to %s", id, resource)
				}
			}
		}
	}
}

func TestNetworkIsInTheZonesAndRangeOfTheOptions(t *testing.T) {
	for name, want := range map[string]struct {
		property string
		zones    []string
		first    string
	}{
		"defaults":   {"AvailabilityZone", []string{"0", "1"}, "10.0.0.0/24"},
		"everything": {"AvailabilityZoneId", []string{"use1-az1", "use1-az4"}, "10.20.0.0/24"},
	} {
		made := synthesize(t, name)
		var ranges []string
		for id, subnet := range made.of("AWS::EC2::Subnet") {
			ranges = append(ranges, subnet.Properties["CidrBlock"].(string))
			zone := subnet.Properties[want.property]
			if selected, isSelected := zone.(map[string]any); isSelected {
				zone = fmt.Sprint(selected["Fn::Select"].([]any)[0])
			}
			if i := int(id[strings.Index(id, "Subnet")+len("Subnet")] - '1'); zone != want.zones[i] {
				t.Errorf("%s: %s is in %v, want %s", name, id, zone, want.zones[i])
			}
			if subnet.Properties["AvailabilityZone"] != nil && subnet.Properties["AvailabilityZoneId"] != nil {
				t.Errorf("%s: %s has a zone's name and an ID", name, id)
			}
		}
		if slices.Sort(ranges); len(ranges) != 4 || ranges[0] != want.first {
			t.Errorf("%s: the subnets are %v", name, ranges)
		}
	}
}
