package doctor

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2/types"
)

func route(change func(*types.Route)) types.Route {
	r := types.Route{DestinationCidrBlock: aws.String("0.0.0.0/0"), State: types.RouteStateActive}
	change(&r)
	return r
}

var (
	toInternet = route(func(r *types.Route) { r.GatewayId = aws.String("igw-1") })
	toNAT      = route(func(r *types.Route) { r.NatGatewayId = aws.String("nat-1") })
	toNowhere  = route(func(r *types.Route) { r.NatGatewayId, r.State = aws.String("nat-1"), types.RouteStateBlackhole })
	byIPv6     = route(func(r *types.Route) {
		r.DestinationCidrBlock, r.DestinationIpv6CidrBlock, r.EgressOnlyInternetGatewayId = nil, aws.String("::/0"), aws.String("eigw-1")
	})
)

// inOwnVPC puts the stack into a VPC whose main route table, of the fleet, and public one have these
// routes.
func (a *account) inOwnVPC(public, private []types.Route, endpoints ...types.VpcEndpoint) {
	a.Options.Stack, a.endpoints = "photogallery-main", endpoints
	main := types.RouteTable{RouteTableId: aws.String("rtb-main"), Routes: private, Associations: []types.RouteTableAssociation{{Main: aws.Bool(true)}}}
	other := types.RouteTable{RouteTableId: aws.String("rtb-public"), Routes: public}
	for _, subnet := range a.Settings.PublicSubnets {
		other.Associations = append(other.Associations, types.RouteTableAssociation{SubnetId: aws.String(subnet)})
	}
	a.own = []types.RouteTable{main, other}
}

func TestGivenVPCMustLeadToVisitorsAndToS3(t *testing.T) {
	gateway := types.VpcEndpoint{RouteTableIds: []string{"rtb-main"}}
	elsewhere := types.VpcEndpoint{RouteTableIds: []string{"rtb-public"}}
	private := types.VpcEndpoint{VpcEndpointType: types.VpcEndpointTypeInterface, PrivateDnsEnabled: aws.Bool(true)}
	open := []types.Route{toInternet}
	for name, test := range map[string]struct {
		public, private []types.Route
		endpoints       []types.VpcEndpoint
		verdict         Verdict
		words           []string
	}{
		"all of it":                  {open, []types.Route{byIPv6}, []types.VpcEndpoint{gateway}, OK, []string{"vpc-"}},
		"a NAT gateway":              {open, []types.Route{toNAT}, nil, OK, nil},
		"an interface endpoint":      {open, []types.Route{byIPv6}, []types.VpcEndpoint{private}, OK, nil},
		"no way for logs":            {open, nil, []types.VpcEndpoint{gateway}, Warning, []string{"cannot send their logs", "egress-only"}},
		"no way to S3":               {open, []types.Route{byIPv6}, nil, Failed, []string{"has no way to S3", "`aws ec2 create-vpc-endpoint --vpc-id vpc-"}},
		"an endpoint elsewhere":      {open, []types.Route{byIPv6}, []types.VpcEndpoint{elsewhere}, Failed, []string{"has no way to S3"}},
		"a NAT gateway that is gone": {open, []types.Route{toNowhere}, nil, Failed, []string{"has no way to S3"}},
		"the fleet in the open":      {open, open, nil, Failed, []string{"has no way to S3"}},
		"no way for visitors":        {[]types.Route{toNAT}, []types.Route{toNAT}, nil, Failed, []string{"to an internet gateway"}},
	} {
		t.Run(name, func(t *testing.T) {
			healthy(t, func(a *account) {
				a.inOwnVPC(test.public, test.private, test.endpoints...)
				a.wants("network", test.verdict, test.words...)
			})
		})
	}
}

func TestSubnetsOfAGivenVPCAreLookedAt(t *testing.T) {
	healthy(t, func(a *account) {
		a.inOwnVPC([]types.Route{toInternet}, []types.Route{toNAT})
		a.Settings.PublicSubnets = []string{a.Settings.PublicSubnets[0], a.Settings.PrivateSubnets[0]}
		a.wants("network", Failed, "two zones", "`npx cdk destroy`")
		a.Settings.PublicSubnets = []string{a.Settings.PrivateSubnets[0], "subnet-0000dead"}
		a.wants("network", Failed, "subnet-0000dead", "`npx cdk destroy`")
	})
}
