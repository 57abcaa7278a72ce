package elb

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/localcloud/fabric"
)

type loadBalancer struct {
	types.LoadBalancer // as in DescribeLoadBalancers; its State is replaced, never changed
	settings           settings
	interfaces         []string
	listeners          []*listener
	attributes         map[string]string // that were set
}

// settings decides whether a second CreateLoadBalancer asks for the same load balancer.
type settings struct {
	scheme         types.LoadBalancerSchemeEnum
	addressType    types.IpAddressType
	subnets        []string // sorted
	securityGroups []string // sorted
	tags           map[string]string
}

func (a settings) equal(b settings) bool {
	return a.scheme == b.scheme && a.addressType == b.addressType && slices.Equal(a.subnets, b.subnets) &&
		slices.Equal(a.securityGroups, b.securityGroups) && maps.Equal(a.tags, b.tags)
}

var balancerName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?$`)

// createLoadBalancer is idempotent by name and settings.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_CreateLoadBalancer.html
func (s *Service) createLoadBalancer(in *elb.CreateLoadBalancerInput) (*elb.CreateLoadBalancerOutput, error) {
	name := aws.ToString(in.Name)
	if !balancerName.MatchString(name) || strings.HasPrefix(name, "internal-") {
		return nil, fabric.Errorf("ValidationError", "load balancer name %q: give 1 to 32 letters, digits and dashes, none first or last, not internal- first", name)
	}
	if in.Type != "" && in.Type != types.LoadBalancerTypeEnumApplication || in.SubnetMappings != nil {
		return nil, fabric.Errorf("ValidationError", "the embedded cloud has application load balancers in Subnets only")
	}
	zones, err := s.zones(in.Subnets)
	if err != nil {
		return nil, err
	}
	wanted := settingsOf(in)
	b := s.named(name)
	if b == nil {
		b = s.provision(name, wanted, zones)
	} else if !b.settings.equal(wanted) {
		return nil, fabric.Errorf("DuplicateLoadBalancerName", "A load balancer with the same name '%s' exists, but with different settings", name)
	}
	return &elb.CreateLoadBalancerOutput{LoadBalancers: []types.LoadBalancer{b.LoadBalancer}}, nil
}

func settingsOf(in *elb.CreateLoadBalancerInput) settings {
	wanted := settings{
		scheme: types.LoadBalancerSchemeEnumInternetFacing, addressType: types.IpAddressTypeIpv4,
		subnets: slices.Sorted(slices.Values(in.Subnets)), securityGroups: slices.Sorted(slices.Values(in.SecurityGroups)),
		tags: map[string]string{},
	}
	if in.Scheme != "" {
		wanted.scheme = in.Scheme
	}
	if in.IpAddressType != "" {
		wanted.addressType = in.IpAddressType
	}
	for _, tag := range in.Tags {
		wanted.tags[aws.ToString(tag.Key)] = aws.ToString(tag.Value)
	}
	return wanted
}

// CanonicalZone is the hosted zone of the DNS names of all load balancers.
// https://docs.aws.amazon.com/general/latest/gr/elb.html
const CanonicalZone = "Z35SXDOTRQ7X7K"

func (s *Service) zones(subnets []string) ([]types.AvailabilityZone, error) {
	var zones []types.AvailabilityZone
	for _, subnet := range subnets {
		zone, ok := s.instances.Subnet(subnet)
		if !ok {
			return nil, fabric.Errorf("SubnetNotFound", "The subnet ID '%s' does not exist", subnet)
		}
		if slices.ContainsFunc(zones, func(z types.AvailabilityZone) bool { return *z.ZoneName == zone }) {
			return nil, fabric.Errorf("InvalidConfigurationRequest", "A load balancer cannot be attached to multiple subnets in the same Availability Zone")
		}
		zones = append(zones, types.AvailabilityZone{SubnetId: aws.String(subnet), ZoneName: aws.String(zone)})
	}
	if len(zones) < 2 {
		return nil, fabric.Errorf("ValidationError", "At least two subnets in two different Availability Zones must be specified")
	}
	return zones, nil
}

func (s *Service) provision(name string, wanted settings, zones []types.AvailabilityZone) *loadBalancer {
	arn := s.arn("loadbalancer/app/" + name)
	id := arn[strings.LastIndex(arn, "/")+1:]
	b := &loadBalancer{settings: wanted, attributes: map[string]string{}, LoadBalancer: types.LoadBalancer{
		LoadBalancerArn: aws.String(arn), LoadBalancerName: aws.String(name), CreatedTime: aws.Time(time.Now().UTC()),
		CanonicalHostedZoneId: aws.String(CanonicalZone),
		DNSName:               aws.String(fmt.Sprintf("%s-%s.%s.elb.amazonaws.com", name, id, fabric.Region)),
		AvailabilityZones:     zones, SecurityGroups: wanted.securityGroups, Scheme: wanted.scheme,
		IpAddressType: wanted.addressType, Type: types.LoadBalancerTypeEnumApplication,
		State: &types.LoadBalancerState{Code: types.LoadBalancerStateEnumProvisioning},
	}}
	for range zones {
		b.interfaces = append(b.interfaces, s.instances.AddInterface("ELB "+suffix(arn)))
	}
	s.balancers = append(s.balancers, b)
	end := &types.LoadBalancerState{Code: types.LoadBalancerStateEnumActive}
	if s.failure != "" {
		end = &types.LoadBalancerState{Code: types.LoadBalancerStateEnumFailed, Reason: aws.String(s.failure)}
	}
	s.fabric.Provision(provisioningTime, func() { b.State = end })
	return b
}

func (s *Service) describeLoadBalancers(in *elb.DescribeLoadBalancersInput) (*elb.DescribeLoadBalancersOutput, error) {
	out := &elb.DescribeLoadBalancersOutput{}
	found := map[string]bool{}
	for _, b := range s.balancers {
		asked := slices.Contains(in.Names, *b.LoadBalancerName) || slices.Contains(in.LoadBalancerArns, *b.LoadBalancerArn)
		if asked || in.Names == nil && in.LoadBalancerArns == nil {
			out.LoadBalancers = append(out.LoadBalancers, b.LoadBalancer)
			found[*b.LoadBalancerName], found[*b.LoadBalancerArn] = true, true
		}
	}
	for _, asked := range slices.Concat(in.Names, in.LoadBalancerArns) {
		if !found[asked] {
			return nil, balancerNotFound(asked)
		}
	}
	return out, nil
}

// deleteLoadBalancer also deletes the listeners, and succeeds if there is nothing to delete.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_DeleteLoadBalancer.html
func (s *Service) deleteLoadBalancer(in *elb.DeleteLoadBalancerInput) (*elb.DeleteLoadBalancerOutput, error) {
	b := s.balancer(aws.ToString(in.LoadBalancerArn))
	if b == nil {
		return &elb.DeleteLoadBalancerOutput{}, nil
	}
	s.balancers = slices.DeleteFunc(s.balancers, func(known *loadBalancer) bool { return known == b })
	s.fabric.Provision(interfacesLinger, func() {
		for _, id := range b.interfaces {
			s.instances.RemoveInterface(id)
		}
	})
	for _, l := range b.listeners {
		s.forgetUnused(l.groups())
	}
	return &elb.DeleteLoadBalancerOutput{}, nil
}

func (b *loadBalancer) active() bool { return b.State.Code == types.LoadBalancerStateEnumActive }

// State returns the DNS name of a load balancer and its state in AWS's words, or "" if there is
// none.
func (s *Service) State(name string) (dnsName, state string) {
	b := s.named(name)
	if b == nil {
		return "", ""
	}
	return *b.DNSName, string(b.State.Code)
}

// Zone returns the hosted zone of a load balancer's DNS name, or false for another name.
func (s *Service) Zone(dnsName string) (zone string, ok bool) {
	return CanonicalZone, s.first(func(b *loadBalancer) bool { return strings.EqualFold(*b.DNSName, dnsName) }) != nil
}

func (s *Service) named(name string) *loadBalancer {
	return s.first(func(b *loadBalancer) bool { return *b.LoadBalancerName == name })
}

func (s *Service) balancer(arn string) *loadBalancer {
	return s.first(func(b *loadBalancer) bool { return *b.LoadBalancerArn == arn })
}

func (s *Service) first(is func(*loadBalancer) bool) *loadBalancer {
	if i := slices.IndexFunc(s.balancers, is); i >= 0 {
		return s.balancers[i]
	}
	return nil
}

func balancerNotFound(named string) error {
	return fabric.Errorf("LoadBalancerNotFound", "Load balancer '%s' not found", named)
}
