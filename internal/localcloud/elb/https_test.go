package elb_test

import (
	"net/http"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elbv2 "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

const certificate = "arn:aws:acm:us-east-1:123456789012:certificate/1"

func (c cloud) listenHTTPS(balancer types.LoadBalancer) types.Listener {
	c.Helper()
	in := forwardTo(balancer, c.group)
	in.Port, in.Protocol = aws.Int32(443), types.ProtocolEnumHttps
	in.Certificates = []types.Certificate{{CertificateArn: aws.String(certificate)}}
	out, err := c.client.CreateListener(c.Context(), in)
	if err != nil {
		c.Fatal(err)
	}
	return out.Listeners[0]
}

func toHTTPS(host string) []types.Action {
	return []types.Action{{Type: types.ActionTypeEnumRedirect, RedirectConfig: &types.RedirectActionConfig{
		StatusCode: types.RedirectActionStatusCodeEnumHttp301, Protocol: aws.String("HTTPS"), Port: aws.String("443"), Host: aws.String(host),
	}}}
}

// ask asks through the load balancer, under the name by which it is known, and gives the status and
// where it leads.
func (c cloud) ask(url, host string) (status int, location string) {
	c.Helper()
	request, err := http.NewRequestWithContext(c.Context(), http.MethodGet, url, nil)
	if err != nil {
		c.Fatal(err)
	}
	request.Host = host
	response, err := c.service.Transport().RoundTrip(request)
	if err != nil {
		c.Fatal(err)
	}
	if err := response.Body.Close(); err != nil {
		c.Error(err)
	}
	return response.StatusCode, response.Header.Get("Location")
}

func TestHTTPSForwardsAndHTTPRedirects(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer := c.open()
		server := c.launch("i-1", "us-east-1a")
		c.wait(15 * time.Second)
		secure := c.listenHTTPS(balancer)
		if *secure.SslPolicy != "ELBSecurityPolicy-2016-08" {
			c.Errorf("without a policy it has %s", *secure.SslPolicy)
		}
		listed, err := c.client.DescribeListeners(c.Context(), &elbv2.DescribeListenersInput{LoadBalancerArn: balancer.LoadBalancerArn})
		if err != nil {
			c.Fatal(err)
		}
		plain := listed.Listeners[0].ListenerArn
		for _, host := range []string{"photos.example.com", "#{host}"} {
			if _, err := c.client.ModifyListener(c.Context(), &elbv2.ModifyListenerInput{ListenerArn: plain, DefaultActions: toHTTPS(host)}); err != nil {
				c.Fatal(err)
			}
			status, location := c.ask("http://"+*balancer.DNSName+"/a?b=c", "photos.example.com")
			if status != http.StatusMovedPermanently || location != "https://photos.example.com:443/a?b=c" {
				c.Errorf("HTTP is answered with %d to %s", status, location)
			}
		}
		if status, _ := c.ask("https://"+*balancer.DNSName+"/", "photos.example.com"); status != http.StatusOK {
			c.Errorf("HTTPS is answered with %d", status)
		}
		if proto, port := server.seen.Header.Get("X-Forwarded-Proto"), server.seen.Header.Get("X-Forwarded-Port"); proto != "https" || port != "443" || server.seen.Host != "photos.example.com" {
			c.Errorf("the target sees %s %s of %s", proto, port, server.seen.Host)
		}
		wrong, err := http.NewRequestWithContext(c.Context(), http.MethodGet, "https://"+*balancer.DNSName+":80/", nil)
		if err != nil {
			c.Fatal(err)
		}
		if _, err := c.service.Transport().RoundTrip(wrong); err == nil { //nolint:bodyclose // there is none
			c.Error("an HTTP listener speaks TLS")
		}
	})
}

func TestListenerIsModifiedAndDeleted(t *testing.T) {
	inCloud(t, func(c cloud) {
		balancer := c.open()
		c.launch("i-1", "us-east-1a")
		c.wait(15 * time.Second)
		secure := c.listenHTTPS(balancer)
		for want, in := range map[string]*elbv2.ModifyListenerInput{
			"":                          {ListenerArn: secure.ListenerArn, SslPolicy: aws.String("ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09")},
			"ListenerNotFound":          {ListenerArn: aws.String("absent")},
			"ValidationError":           {ListenerArn: secure.ListenerArn, Port: aws.Int32(8443)},
			"CertificateNotFound":       {ListenerArn: secure.ListenerArn, Certificates: []types.Certificate{}},
			"TargetGroupNotFound":       {ListenerArn: secure.ListenerArn, DefaultActions: forwardTo(balancer, "absent").DefaultActions},
			"InvalidLoadBalancerAction": {ListenerArn: secure.ListenerArn, DefaultActions: []types.Action{{Type: types.ActionTypeEnumRedirect, RedirectConfig: &types.RedirectActionConfig{StatusCode: "HTTP_301", Protocol: aws.String("HTTP")}}}},
		} {
			if _, err := c.client.ModifyListener(c.Context(), in); codeOf(err) != want {
				c.Errorf("want %q, got %v", want, err)
			}
		}
		listed, err := c.client.DescribeListeners(c.Context(), &elbv2.DescribeListenersInput{LoadBalancerArn: balancer.LoadBalancerArn})
		if err != nil || len(listed.Listeners) != 2 || *listed.Listeners[1].SslPolicy != "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09" || *listed.Listeners[1].Certificates[0].CertificateArn != certificate {
			c.Fatalf("%v, listeners %+v", err, listed.Listeners)
		}
		for i, listener := range listed.Listeners {
			c.wantHealth("i-1", "healthy", "")
			if _, err := c.client.DeleteListener(c.Context(), &elbv2.DeleteListenerInput{ListenerArn: listener.ListenerArn}); err != nil {
				c.Fatal(i, err)
			}
		}
		c.wantHealth("i-1", "unused", "Target.NotInUse")
		if _, err := c.client.DeleteListener(c.Context(), &elbv2.DeleteListenerInput{ListenerArn: secure.ListenerArn}); codeOf(err) != "ListenerNotFound" {
			c.Errorf("a second deletion: %v", err)
		}
	})
}
