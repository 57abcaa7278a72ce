package stack

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/chromedp/chromedp"

	"photogallery/conformance/tab"
	"photogallery/internal/localcloud/lambda"
	"photogallery/internal/localcloud/machine"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// doorway serves the front door of a cloud in real time to a browser. The gallery is a page at the same address.
type doorway struct {
	*testing.T
	*Stack
	address string
	hold    atomic.Bool // keeps releases from going on
	fail    atomic.Bool // makes releases fail
}

func openDoorway(t *testing.T) *doorway {
	t.Helper()
	d := &doorway{T: t}
	s, err := New(Options{Environment: "main", Pace: 600, Kind: machine.NewSimulated(nil), WakeLimit: 3, Around: d.around})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	server := httptest.NewServer(d)
	t.Cleanup(server.Close)
	d.Stack, d.address = s, server.URL
	return d
}

func (d *doorway) around(name string, inner lambda.Handler) lambda.Handler {
	return lambdaFunc(func(ctx context.Context, payload []byte) ([]byte, error) {
		if name == "FindGroup" && d.fail.Load() {
			return step.Refusing(name, release.Errorf(release.AccessDenied, "refused for the test"), d.log).Invoke(ctx, payload)
		}
		for name == "FindGroup" && d.hold.Load() && ctx.Err() == nil {
			time.Sleep(10 * time.Millisecond)
		}
		return inner.Invoke(ctx, payload)
	})
}

func (d *doorway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	request := events.LambdaFunctionURLRequest{RawPath: r.URL.Path, Body: string(body), Headers: map[string]string{}}
	for name := range r.Header {
		request.Headers[strings.ToLower(name)] = r.Header.Get(name)
	}
	request.RequestContext.DomainName, request.RequestContext.HTTP.Method = r.Host, r.Method
	answer, err := d.Visit(r.Context(), request)
	if err != nil {
		d.Error(err)
	}
	for name, value := range answer.Headers {
		w.Header().Set(name, value)
	}
	if answer.StatusCode == http.StatusFound {
		w.Header().Set("Content-Type", "text/html")
		answer.StatusCode, answer.Body = http.StatusOK, "<!doctype html><html lang=en><title>Photos</title><h1>Photos</h1>"
	}
	w.WriteHeader(answer.StatusCode)
	_, _ = io.WriteString(w, answer.Body)
}

func (d *doorway) tearDown() {
	d.Helper()
	arn, err := d.StartTeardown(d.Context(), "", `{}`)
	for err == nil {
		var now *sfn.DescribeExecutionOutput
		if now, err = d.SFN.DescribeExecution(d.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn}); err == nil && now.Status != "RUNNING" {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	d.Fatal(err)
}

// The browser notes a 503 as an error, and so the tabs do not look for those.
func TestDoorInABrowser(t *testing.T) {
	browser := tab.Start(t)
	d := openDoorway(t)
	one := tab.Blank(t, browser, d.address+"/", "first visitor")
	one.Do(chromedp.Navigate(d.address + "/"))
	one.Comes("h1", "asleep")
	one.Accessible("the door, asleep")
	d.hold.Store(true)
	one.Click("main form button")
	one.Comes("h1", "waking up")
	two := tab.Blank(t, browser, d.address+"/", "second visitor")
	two.Do(chromedp.Navigate(d.address + "/"))
	two.Comes("h1", "waking up")
	two.Comes("#rest", "Ensure load balancer")
	two.Accessible("the door, waking up")
	d.hold.Store(false)
	one.Comes("h1", "Photos")
	two.Comes("h1", "Photos")
	d.tearDown()

	d.fail.Store(true)
	one.Do(chromedp.Navigate(d.address + "/"))
	one.Click("main form button")
	one.Comes("#status", "could not be woken")
	one.Accessible("the door, after a failure")
	d.fail.Store(false)
	one.Click("main form button")
	one.Comes("h1", "Photos")
	d.tearDown()
	one.Do(chromedp.Navigate(d.address + "/"))
	one.Comes("#status", "3 times a day")
	one.Accessible("the door, beyond the limit")
}
