package stack

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas/dns"
	"photogallery/lambdas/door"
	"photogallery/lambdas/records"
)

func inVirtualTimeWithDoor(t *testing.T, scenario func(*testing.T, *environment)) {
	t.Helper()
	inVirtualTimeWith(t, Options{Domain: domain, Door: true}, scenario)
}

// leadsTo returns the SetIdentifier of the record that Route 53 answers with: the only one with a weight, or
// the door's.
// https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-policy-weighted.html
func (e *environment) leadsTo() (identifier string) {
	e.Helper()
	for _, record := range e.records() {
		switch {
		case *record.Weight == 0 && identifier == "", *record.Weight > 0 && (identifier == "" || identifier == dns.DoorRecord):
			identifier = *record.SetIdentifier
		case *record.Weight > 0:
			e.Errorf("the domain leads to both %s and %s", identifier, *record.SetIdentifier)
		}
	}
	return identifier
}

// sleepsBehindTheDoor checks that the domain leads to the front door alone.
func (e *environment) sleepsBehindTheDoor() {
	e.Helper()
	if left := e.records(); len(left) != 1 || *left[0].SetIdentifier != dns.DoorRecord || *left[0].Weight != 0 {
		e.Errorf("the zone has %+v", left)
	}
}

// knocks visits the domain while it leads to the front door.
func (e *environment) knocks(method, path, body string) (answer events.LambdaFunctionURLResponse) {
	e.Helper()
	asked := asks(method, path, body)
	asked.Headers["host"], asked.RequestContext.DomainName = domain, domain
	payload, err := json.Marshal(struct {
		events.LambdaFunctionURLRequest
		StageVariables map[string]string `json:"stageVariables"`
	}{asked, map[string]string{door.AddressVariable: "https://" + doorHost + "/"}})
	if err != nil {
		e.Fatal(err)
	}
	document, err := e.functions[door.FrontDoor.Name].Invoke(e.Context(), payload)
	if err == nil {
		err = json.Unmarshal(document, &answer)
	}
	if err != nil {
		e.Fatal(err)
	}
	return answer
}

// A visitor is led to a load balancer only while that has a healthy fleet.
func TestDomainLeadsToTheDoorUntilTheReleaseIsVerified(t *testing.T) {
	inVirtualTimeWithDoor(t, func(t *testing.T, e *environment) {
		e.sleepsBehindTheDoor()
		isVerified := false
		e.Cloud.Fabric.Observe(func(call fabric.Call) {
			isVerified = isVerified || call.Caller == "EnsureScaling"
			if to := e.leadsTo(); to != dns.DoorRecord && !isVerified {
				t.Errorf("during %s the domain leads to %s", call.Caller, to)
			}
		})
		e.release("r1", `{}`).ends("Succeeded").follows("Plan Lock" + bakePath + named + firstFleet + led(finish))
		e.leadsIn()
		e.release("r2", `{"rebake": true}`).ends("Succeeded")
		e.leadsIn()
		e.teardown("t1", `{}`).ends("Succeeded")
		e.sleepsBehindTheDoor()
	})
}

// Visitors are at the door before the fleet goes.
func TestDomainLeadsToTheDoorWhileAFleetIsTornDown(t *testing.T) {
	inVirtualTimeWithDoor(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.Cloud.Fabric.Observe(func(call fabric.Call) {
			if to := e.leadsTo(); call.Operation.Name == "DeleteAutoScalingGroup" && to != dns.DoorRecord {
				t.Errorf("the fleet goes while the domain leads to %s", to)
			}
		})
		e.teardown("t1", `{}`).ends("Succeeded")
	})
}

func TestRecordThatStaysKeepsNothingElse(t *testing.T) {
	inVirtualTimeWithDoor(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.denies("Sweep", "ChangeResourceRecordSets")
		e.teardown("t1", `{}`).ends("FailedDirty", "photos.example.com")
		if instances := e.running(); instances != 0 {
			t.Errorf("%d instances run", instances)
		}
	})
}

// leadsIn checks that the domain leads to the load balancer there is.
func (e *environment) leadsIn() {
	e.Helper()
	var host string
	e.Cloud.Fabric.Do(func() { host, _ = e.Cloud.ELB.State(e.Settings.Environment.Name()) })
	to := e.leadsTo()
	for _, record := range e.records() {
		if *record.SetIdentifier == to && *record.AliasTarget.DNSName != host+"." {
			e.Errorf("the domain leads to %s, the load balancer is %s", *record.AliasTarget.DNSName, host)
		}
	}
	if to != e.Settings.Environment.Name() {
		e.Errorf("the domain leads to %s", to)
	}
}

func TestFailedFirstReleaseLeavesTheDomainToTheDoor(t *testing.T) {
	for step, call := range map[string]string{"EnsureTemplate": "CreateLaunchTemplate", "Promote": "PutItem"} {
		inVirtualTimeWithDoor(t, func(_ *testing.T, e *environment) {
			e.denies(step, call)
			e.release("r1", `{}`).ends("FailedClean", "AccessDenied")
			e.empty(0)
			e.sleepsBehindTheDoor()
		})
	}
}

func TestDomainOfAnotherOwnerIsRefusedBeforeAFleetIsThere(t *testing.T) {
	inVirtualTimeWithDoor(t, func(t *testing.T, e *environment) {
		e.Cloud.Fabric.Do(func() {
			e.Cloud.Route53.Add(e.Settings.HostedZone, types.ResourceRecordSet{
				Name: aws.String(domain), Type: types.RRTypeA, SetIdentifier: aws.String("blue"), Weight: aws.Int64(1),
				AliasTarget: &types.AliasTarget{DNSName: aws.String("d1.cloudfront.net."), HostedZoneId: aws.String("Z2FDTNDATAQYW2")},
			})
		})
		e.release("r1", `{}`).ends("FailedClean", "InvalidRequest", "photos.example.com has an address record").follows("Plan Lock" + bakePath + named + undone)
		if left := e.records(); len(left) != 2 {
			t.Errorf("the zone has %+v", left)
		}
	})
}

// The record of a deployment with a front door goes on leading to the load balancer in one without it.
func TestDomainKeepsItsRecordWhenTheDoorIsTakenAway(t *testing.T) {
	inVirtualTimeWith(t, Options{Domain: domain}, func(t *testing.T, e *environment) {
		e.Cloud.Fabric.Do(func() {
			e.Cloud.Route53.Add(e.Settings.HostedZone, types.ResourceRecordSet{
				Name: aws.String(domain), Type: types.RRTypeA, SetIdentifier: aws.String(e.Settings.Environment.Name()), Weight: aws.Int64(1),
				AliasTarget: &types.AliasTarget{DNSName: aws.String("former.us-east-1.elb.amazonaws.com."), HostedZoneId: aws.String("Z1")},
			})
		})
		if err := records.WriteAliasTargets(e.Context(), e.Clients.DynamoDB, e.Settings.Table, "former.us-east-1.elb.amazonaws.com"); err != nil {
			t.Fatal(err)
		}
		e.release("r1", `{}`).ends("Succeeded")
		e.leadsIn()
		e.teardown("t1", `{}`).ends("Succeeded")
		if left := e.records(); len(left) != 0 {
			t.Errorf("%+v is left", left)
		}
	})
}

func TestDoorUnderTheDomainLeadsToThePageThatWaits(t *testing.T) {
	inVirtualTimeWithDoor(t, func(t *testing.T, e *environment) {
		leads := func() {
			t.Helper()
			if answer := e.knocks(http.MethodGet, "/photos/1", ""); answer.StatusCode != http.StatusFound || answer.Headers["location"] != "https://"+doorHost+"/photos/1" {
				t.Errorf("the domain answers %d to %s", answer.StatusCode, answer.Headers["location"])
			}
		}
		leads()
		// The HTTP API has decoded it.
		if answer := e.knocks(http.MethodGet, "/ü a/100%#b", ""); answer.Headers["location"] != "https://"+doorHost+"/%C3%BC%20a/100%25%23b" {
			t.Errorf("the domain leads to %s", answer.Headers["location"])
		}
		if answer := e.knocks(http.MethodDelete, "/", ""); answer.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("an odd request is answered %d", answer.StatusCode)
		}
		if answer := e.knocks(http.MethodGet, "/robots.txt", ""); answer.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("robots are answered %d", answer.StatusCode)
		}
		e.release("r1", `{"bakeTime": "0s"}`).ends("Succeeded")
		e.shows("its address will lead to it")
		time.Sleep(time.Minute)
		if answer := e.opens(); answer.StatusCode != http.StatusFound || answer.Headers["location"] != "https://"+domain+"/" {
			t.Errorf("the door answers %d to %s", answer.StatusCode, answer.Headers["location"])
		}
		// A browser's former connection, or the last minute of a name server.
		late := e.knocks(http.MethodGet, "/photos/1", "")
		if late.StatusCode != http.StatusMisdirectedRequest || !strings.Contains(late.Body, `href="/photos/1"`) || strings.Contains(late.Body, "<script") || strings.Contains(late.Body, "http-equiv") {
			t.Errorf("a late visitor is answered %d: %s", late.StatusCode, late.Body)
		}
		down := e.start(e.StartTeardown(e.Context(), "t1", `{}`))
		time.Sleep(3 * time.Second)
		leads()
		e.await(down).ends("Succeeded")
	})
}

// The page is at the function URL, and a form under the domain is not its own.
func TestClickUnderTheDomainWakesNothing(t *testing.T) {
	inVirtualTimeWithDoor(t, func(t *testing.T, e *environment) {
		if answer := e.knocks(http.MethodPost, "/", wakeUp); answer.StatusCode != http.StatusFound {
			t.Errorf("a click is answered %d", answer.StatusCode)
		}
		time.Sleep(time.Minute)
		if e.wakings() != 0 {
			t.Errorf("%d releases", e.wakings())
		}
	})
}
