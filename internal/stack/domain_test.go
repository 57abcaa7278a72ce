package stack

import (
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas/balancer"
	"photogallery/lambdas/step"
)

const domain = "photos.example.com"

func inVirtualTimeWithDomain(t *testing.T, scenario func(*testing.T, *environment)) {
	t.Helper()
	inVirtualTimeWith(t, Options{Domain: domain}, scenario)
}

func (e *environment) records() (found []types.ResourceRecordSet) {
	e.Cloud.Fabric.Do(func() { found = e.Cloud.Route53.Records("Z0123456789EXAMPLE") })
	return found
}

// aliased checks that the domain leads to the load balancer there is, and nowhere else.
func (e *environment) aliased() {
	e.Helper()
	var host string
	e.Cloud.Fabric.Do(func() { host, _ = e.Cloud.ELB.State(e.Settings.Environment.Name()) })
	if found := e.records(); len(found) != 1 || *found[0].Name != domain+"." || *found[0].AliasTarget.DNSName != host+"." {
		e.Errorf("the zone has %+v, the load balancer is %s", found, host)
	}
}

// visit asks the load balancer for the domain's home page and gives the status and where it leads.
func (e *environment) visit(scheme string) (status int, location string) {
	e.Helper()
	var host string
	e.Cloud.Fabric.Do(func() { host, _ = e.Cloud.ELB.State(e.Settings.Environment.Name()) })
	request, err := http.NewRequestWithContext(e.Context(), http.MethodGet, scheme+"://"+host+"/", http.NoBody)
	if err != nil {
		e.Fatal(err)
	}
	request.Host = domain
	response, err := e.Cloud.ELB.Transport().RoundTrip(request)
	if err != nil {
		return 0, err.Error()
	}
	_ = response.Body.Close()
	return response.StatusCode, response.Header.Get("Location")
}

const (
	named = entrance + " EnsureAlias"
	moved = http.StatusMovedPermanently
)

// led returns a path's end in which the domain is led in before the promotion.
func led(end string) string { return strings.Replace(end, " Promote", " LeadDomain Promote", 1) }

func TestDomainLeadsToTheReleaseUntilTheTeardown(t *testing.T) {
	inVirtualTimeWithDomain(t, func(t *testing.T, e *environment) {
		end := e.release("r1", `{}`).ends("Succeeded").follows("Plan Lock" + bakePath + named + firstFleet + led(finish))
		if want := `"url":"https://photos.example.com/"`; !strings.Contains(end.Output, want) {
			t.Errorf("the output %s does not have %s", end.Output, want)
		}
		e.aliased()
		if status, _ := e.visit("https"); status != http.StatusOK {
			t.Errorf("HTTPS is answered with %d", status)
		}
		if status, location := e.visit("http"); status != moved || location != "https://photos.example.com:443/" {
			t.Errorf("HTTP is answered with %d to %s", status, location)
		}
		e.release("r2", `{"rebake": true}`).ends("Succeeded").follows("Plan Lock" + bakePath + named + secondFleet + shifted + led(takenOver))
		e.teardown("t1", `{}`).ends("Succeeded").follows("PlanTeardown Lock ConfirmTeardown" + swept)
		e.empty(1)
		if left := e.records(); len(left) != 0 {
			t.Errorf("%+v is left", left)
		}
		e.release("r3", `{}`).ends("Succeeded")
		e.aliased()
	})
}

// listen runs the step as a deployment with these options would.
func (e *environment) listen(given step.Optional) {
	e.Helper()
	settings := e.Settings
	settings.Optional = given
	balancers, err := e.Clients.ELB.DescribeLoadBalancers(e.Context(), &elb.DescribeLoadBalancersInput{})
	if err == nil {
		payload := []byte(`{"loadBalancer": "` + *balancers.LoadBalancers[0].LoadBalancerArn + `"}`)
		ctx := fabric.WithCaller(e.Context(), balancer.EnsureListener.Name)
		_, err = balancer.EnsureListener.Handler(e.Clients, settings, slog.New(slog.DiscardHandler)).Invoke(ctx, payload)
	}
	if err != nil {
		e.Fatal(err)
	}
}

func TestDomainIsRemovedAndAddedUnderARunningRelease(t *testing.T) {
	inVirtualTimeWithDomain(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.listen(step.Optional{})
		if status, _ := e.visit("http"); status != http.StatusOK {
			t.Errorf("without a domain HTTP is answered with %d", status)
		}
		if status, _ := e.visit("https"); status != 0 {
			t.Errorf("without a domain HTTPS is answered with %d", status)
		}
		e.release("r2", `{}`).ends("Succeeded")
		if status, _ := e.visit("http"); status != moved {
			t.Errorf("with a domain HTTP is answered with %d", status)
		}
		e.aliased()
		e.serves("r2", 2)
	})
}

// The record of somebody else's stays, whatever a release or a teardown does.
func TestForeignRecordIsLeftAlone(t *testing.T) {
	for name, record := range map[string]types.ResourceRecordSet{
		"an address":                   {TTL: aws.Int64(60), ResourceRecords: []types.ResourceRecord{{Value: aws.String("192.0.2.1")}}},
		"an alias to another balancer": {AliasTarget: &types.AliasTarget{DNSName: aws.String("photogallery-main-2-0123456789.us-east-1.elb.amazonaws.com."), HostedZoneId: aws.String("Z1")}},
		"an alias to a balancer of the same name elsewhere": {AliasTarget: &types.AliasTarget{DNSName: aws.String("photogallery-main-0123456789.eu-west-1.elb.amazonaws.com."), HostedZoneId: aws.String("Z1")}},
		"an alias to another account's of the same name":    {AliasTarget: &types.AliasTarget{DNSName: aws.String("photogallery-main-0123456789.us-east-1.elb.amazonaws.com."), HostedZoneId: aws.String("Z1")}},
		"one of several weighted ones":                      {SetIdentifier: aws.String("blue"), AliasTarget: &types.AliasTarget{DNSName: aws.String("photogallery-main-1.us-east-1.elb.amazonaws.com."), HostedZoneId: aws.String("Z1")}},
		"an alias to another service's":                     {AliasTarget: &types.AliasTarget{DNSName: aws.String("d1.cloudfront.net."), HostedZoneId: aws.String("Z2FDTNDATAQYW2")}},
	} {
		t.Run(name, func(t *testing.T) {
			inVirtualTimeWithDomain(t, func(t *testing.T, e *environment) {
				record.Name, record.Type = aws.String(domain), types.RRTypeA
				e.Cloud.Fabric.Do(func() { e.Cloud.Route53.Add(e.Settings.HostedZone, record) })
				e.release("r1", `{}`).ends("FailedClean", "InvalidRequest", "photos.example.com has an address record", "deploy with another domain")
				e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
				e.empty(0)
				if left := e.records(); len(left) != 1 {
					t.Errorf("the zone has %+v", left)
				}
			})
		})
	}
}

// loseBalancer removes the load balancer as somebody in the console would.
func (e *environment) loseBalancer() {
	e.Helper()
	balancers, err := e.Clients.ELB.DescribeLoadBalancers(e.Context(), &elb.DescribeLoadBalancersInput{})
	if err == nil {
		_, err = e.Clients.ELB.DeleteLoadBalancer(e.Context(), &elb.DeleteLoadBalancerInput{LoadBalancerArn: balancers.LoadBalancers[0].LoadBalancerArn})
	}
	if err != nil {
		e.Fatal(err)
	}
}

// A record that leads to a load balancer that is gone is one that anybody may come to own.
func TestTeardownRemovesTheRecordOfALoadBalancerThatIsGone(t *testing.T) {
	inVirtualTimeWithDomain(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.loseBalancer()
		e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
		if left := e.records(); len(left) != 0 {
			t.Errorf("%+v is left", left)
		}
	})
}

// The record is known even if the release dies between remembering the new load balancer and leading to it.
func TestReleaseTakesTheRecordOfALostLoadBalancerOver(t *testing.T) {
	inVirtualTimeWithDomain(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.loseBalancer()
		e.denies("EnsureAlias", "ChangeResourceRecordSets")
		e.release("r2", `{"rebake": true}`).ends("FailedClean", "AccessDenied")
		e.loseBalancer()
		e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
		if left := e.records(); len(left) != 0 {
			t.Errorf("%+v is left", left)
		}
	})
	inVirtualTimeWithDomain(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.loseBalancer()
		e.release("r2", `{"rebake": true}`).ends("Succeeded")
		e.aliased()
	})
}

// Route 53's console writes dualstack. in front of the name of a load balancer that is chosen there.
func TestTeardownRemovesARecordThatTheConsoleRewrote(t *testing.T) {
	inVirtualTimeWithDomain(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		rewritten := e.records()[0]
		e.Cloud.Fabric.Do(func() {
			rewritten.AliasTarget.DNSName = aws.String("dualstack." + *rewritten.AliasTarget.DNSName)
		})
		e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
		if left := e.records(); len(left) != 0 {
			t.Errorf("%+v is left", left)
		}
	})
}

// Neighbors of the name, before and behind it, are no records of the domain.
func TestFailedFirstReleaseRemovesItsAlias(t *testing.T) {
	inVirtualTimeWithDomain(t, func(t *testing.T, e *environment) {
		e.Cloud.Fabric.Do(func() {
			for name, kind := range map[string]types.RRType{"zoo.example.com": types.RRTypeA, "a.example.com": types.RRTypeA, domain: types.RRTypeTxt} {
				e.Cloud.Route53.Add(e.Settings.HostedZone, types.ResourceRecordSet{Name: aws.String(name), Type: kind, TTL: aws.Int64(60)})
			}
		})
		e.denies("EnsureTemplate", "CreateLaunchTemplate")
		e.release("r1", `{}`).ends("FailedClean", "AccessDenied")
		e.empty(0)
		if left := e.records(); len(left) != 3 {
			t.Errorf("the zone has %+v", left)
		}
	})
}

func TestLostRoute53AnswerChangesNothing(t *testing.T) {
	inVirtualTimeWithDomain(t, func(t *testing.T, e *environment) {
		e.losesAnswer("EnsureAlias", "ChangeResourceRecordSets")
		e.losesAnswer("Sweep", "ChangeResourceRecordSets")
		e.release("r1", `{}`).ends("Succeeded")
		e.aliased()
		e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
		if left := e.records(); len(left) != 0 {
			t.Errorf("%+v is left", left)
		}
	})
}
