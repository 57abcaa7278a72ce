package grade

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/ec2"
	ec2types "github.com/aws/aws-sdk-go-v2/service/ec2/types"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	elbtypes "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"photogallery/internal/localcloud/fabric"
	"photogallery/release"
)

// cloud answers GetCallerIdentity, and nothing else but what a test adds.
func cloud(t *testing.T) *fabric.Fabric {
	t.Helper()
	f := fabric.New(1)
	t.Cleanup(f.Close)
	fabric.Handle(f, "STS", "GetCallerIdentity", func(*sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) {
		return &sts.GetCallerIdentityOutput{Account: aws.String(fabric.Account), Arn: aws.String("arn:aws:sts::123456789012:assumed-role/voclabs/ann")}, nil
	})
	return f
}

func TestReadFollowsPages(t *testing.T) {
	f := cloud(t)
	fabric.Handle(f, "EC2", "DescribeVpcs", func(in *ec2.DescribeVpcsInput) (*ec2.DescribeVpcsOutput, error) {
		if in.NextToken == nil {
			return &ec2.DescribeVpcsOutput{Vpcs: []ec2types.Vpc{{VpcId: text("vpc-1")}}, NextToken: text("more")}, nil
		}
		return &ec2.DescribeVpcsOutput{Vpcs: []ec2types.Vpc{{VpcId: text("vpc-2")}}}, nil
	})
	s, err := Read(t.Context(), f.Config(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if len(s.VPCs) != 2 || s.Account != fabric.Account || s.Region != fabric.Region {
		t.Errorf("it has %+v", s)
	}
	if s.Refused[describeVPCs] != nil || s.Refused[describeSubnets] == nil || s.Refused[describeGroups] == nil {
		t.Errorf("refused are %v", s.Refused)
	}
	if r := Grade(s, DefaultPoints()); r.Count(Unknown) == 0 || !strings.Contains(r.Summary(), "unknown") {
		t.Errorf("it is %s", r.Summary())
	}
}

func TestReadRefusedEverywhereSaysToStartTheLab(t *testing.T) {
	s, err := Read(t.Context(), cloud(t).Config(), nil)
	if err != nil {
		t.Fatal(err)
	}
	if r := Grade(s, DefaultPoints()); r.Count(Unknown) != len(rows) || !strings.Contains(r.Summary(), "start the lab again") {
		t.Errorf("it is %s", r.Summary())
	}
}

func TestExpiredCredentialsSayToStartTheLab(t *testing.T) {
	for name, answers := range map[string]struct{ who, vpcs error }{
		"at once":               {fabric.Errorf("ExpiredToken", "The security token included in the request is expired"), nil},
		"meanwhile":             {nil, fabric.Errorf("RequestExpired", "Request has expired.")},
		"as those of a lab are": {nil, fabric.Errorf("UnauthorizedOperation", "You are not authorized to perform this operation with an explicit deny in an identity-based policy: voc-cancel-cred")},
	} {
		t.Run(name, func(t *testing.T) {
			f := cloud(t)
			if answers.who != nil {
				f = fabric.New(1)
				t.Cleanup(f.Close)
				fabric.Handle(f, "STS", "GetCallerIdentity", func(*sts.GetCallerIdentityInput) (*sts.GetCallerIdentityOutput, error) { return nil, answers.who })
			}
			fabric.Handle(f, "EC2", "DescribeVpcs", func(*ec2.DescribeVpcsInput) (*ec2.DescribeVpcsOutput, error) { return nil, answers.vpcs })
			_, err := Read(t.Context(), f.Config(), nil)
			if !errors.Is(err, errExpired) || release.CodeOf(err) != release.AccessDenied || !strings.Contains(err.Error(), "start the lab again") {
				t.Errorf("it is %v", err)
			}
		})
	}
}

// counting answers with an empty page.
type counting struct{ hosts []string }

func (c *counting) Do(r *http.Request) (*http.Response, error) {
	c.hosts = append(c.hosts, r.URL.Host)
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

func TestReadAsksLoadBalancersOfTheInternetForAPage(t *testing.T) {
	f := cloud(t)
	balancers := []elbtypes.LoadBalancer{
		{LoadBalancerArn: text("arn:inside"), DNSName: text("inside"), Scheme: elbtypes.LoadBalancerSchemeEnumInternal, Type: elbtypes.LoadBalancerTypeEnumApplication},
	}
	for range maxPages + 5 {
		balancers = append(balancers, elbtypes.LoadBalancer{
			LoadBalancerArn: text("arn:" + string(rune('a'+len(balancers)))), DNSName: text("front"), Scheme: elbtypes.LoadBalancerSchemeEnumInternetFacing, Type: elbtypes.LoadBalancerTypeEnumApplication,
		})
	}
	fabric.Handle(f, "Elastic Load Balancing v2", "DescribeLoadBalancers", func(*elb.DescribeLoadBalancersInput) (*elb.DescribeLoadBalancersOutput, error) {
		return &elb.DescribeLoadBalancersOutput{LoadBalancers: balancers}, nil
	})
	fabric.Handle(f, "Elastic Load Balancing v2", "DescribeListeners", func(in *elb.DescribeListenersInput) (*elb.DescribeListenersOutput, error) {
		port := number(80)
		if *in.LoadBalancerArn == "arn:b" {
			port = number(443)
		}
		return &elb.DescribeListenersOutput{Listeners: []elbtypes.Listener{{LoadBalancerArn: in.LoadBalancerArn, Port: port}}}, nil
	})
	web := &counting{}
	s, err := Read(t.Context(), f.Config(), web)
	if err != nil {
		t.Fatal(err)
	}
	if _, asked := s.Pages["arn:b"]; asked || len(web.hosts) != maxPages || strings.Contains(strings.Join(web.hosts, " "), "inside") {
		t.Errorf("it asked %v: %v", web.hosts, s.Pages)
	}
	if !s.Pages["arn:c"].ok() {
		t.Errorf("it has %v", s.Pages["arn:c"])
	}
}
