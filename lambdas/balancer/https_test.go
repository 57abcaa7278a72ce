package balancer_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/stack/steptest"
	"photogallery/lambdas/balancer"
	"photogallery/lambdas/step"
	"photogallery/release"
)

func domain() step.Optional {
	return step.Optional{
		Domain: "photos.example.com", HostedZone: "Z1", Certificate: "arn:aws:acm:us-east-1:123456789012:certificate/1",
	}
}

func listeners(e steptest.Environment, balancer string) []types.Listener {
	e.Helper()
	out, err := e.Clients.ELB.DescribeListeners(e.Context(), &elb.DescribeListenersInput{LoadBalancerArn: aws.String(balancer)})
	if err != nil {
		e.Fatal(err)
	}
	return out.Listeners
}

// drawn is what the listeners do, by their ports.
func drawn(e steptest.Environment, balancer string) string {
	e.Helper()
	var all []string
	for _, listener := range listeners(e, balancer) {
		does := string(listener.DefaultActions[0].Type)
		if to := listener.DefaultActions[0].RedirectConfig; to != nil {
			does = fmt.Sprintf("%s to %s://%s:%s", to.StatusCode, *to.Protocol, *to.Host, *to.Port)
		}
		if len(listener.Certificates) > 0 {
			does += " with " + (*listener.Certificates[0].CertificateArn)[len("arn:aws:acm:us-east-1:123456789012:"):] + " " + *listener.SslPolicy
		}
		all = append(all, fmt.Sprintf("%d %s", *listener.Port, does))
	}
	slices.Sort(all)
	return strings.Join(all, ", ")
}

func TestEntranceFollowsTheDomain(t *testing.T) {
	const (
		plain    = "80 forward"
		policy   = " ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
		secure   = "443 forward with certificate/1" + policy
		redirect = ", 80 HTTP_301 to HTTPS://photos.example.com:443"
	)
	renewed, renamed := domain(), domain()
	renewed.Certificate = strings.Replace(renewed.Certificate, "/1", "/2", 1)
	renamed.Domain = "pictures.example.com"
	tests := map[string]struct {
		before, after step.Optional
		want, url     string
	}{
		"a domain from the start": {domain(), domain(), secure + redirect, "https://photos.example.com/"},
		"a domain that comes":     {step.Optional{}, domain(), secure + redirect, "https://photos.example.com/"},
		"a domain that goes":      {domain(), step.Optional{}, plain, "http://photogallery-main"},
		"another certificate":     {domain(), renewed, strings.Replace(secure, "/1", "/2", 1) + redirect, "https://photos.example.com/"},
		"another domain":          {domain(), renamed, secure + strings.Replace(redirect, "photos", "pictures", 1), "https://pictures.example.com/"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			steptest.In(t, nil, func(e steptest.Environment) {
				for _, given := range []step.Optional{test.before, test.after, test.after} {
					e.Settings.Optional = given
					made := entrance(e)
					if given == test.after && (drawn(e, made.ARN) != test.want || !strings.HasPrefix(made.URL, test.url) || made.Domain != given.Domain) {
						t.Errorf("%s\nwant %s\nthe home page is %s", drawn(e, made.ARN), test.want, made.URL)
					}
				}
			})
		})
	}
}

// A policy that somebody set in the console, and one that AWS fills in, are both made ours.
func TestOldSecurityPolicyIsReplaced(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		e.Settings.Optional = domain()
		made := entrance(e)
		for _, listener := range listeners(e, made.ARN) {
			if *listener.Port == 443 {
				_, err := e.Clients.ELB.ModifyListener(e.Context(), &elb.ModifyListenerInput{ListenerArn: listener.ListenerArn, SslPolicy: aws.String("ELBSecurityPolicy-2016-08")})
				if err != nil {
					e.Fatal(err)
				}
			}
		}
		entrance(e)
		if got := drawn(e, made.ARN); strings.Contains(got, "2016") {
			e.Errorf("the listeners are %s", got)
		}
	})
}

// Each answer is lost once, and the step runs again.
func TestTurningTheEntranceMayBreakOffAnywhere(t *testing.T) {
	for name, given := range map[string][2]step.Optional{"comes": {{}, domain()}, "goes": {domain(), {}}} {
		t.Run(name, func(t *testing.T) {
			steptest.In(t, nil, func(e steptest.Environment) {
				e.Settings.Optional = given[0]
				entrance(e)
				e.LoseAnswers()
				e.Settings.Optional = given[1]
				made := entrance(e)
				if got, https := drawn(e, made.ARN), given[1].Domain != ""; strings.Contains(got, "443") != https {
					e.Errorf("the listeners are %s", got)
				}
			})
		})
	}
}

func TestVerifyAsksUnderTheDomain(t *testing.T) {
	steptest.In(t, nil, func(e steptest.Environment) {
		e.Settings.Optional = domain()
		made := entrance(e)
		group(e)
		time.Sleep(5 * time.Minute)
		if got := look(e, made, "1"); !got.Verified {
			e.Errorf("got %+v", got)
		}
		nowhere := made
		nowhere.Host = "elsewhere.example"
		e.WantCode(release.VerifyFailed, balancer.Verify, verify(nowhere, "1", time.Now().Add(-time.Second)))
	})
}
