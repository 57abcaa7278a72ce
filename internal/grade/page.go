package grade

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// Bounds of the requests to the apps of an account, which nobody of ours has written.
const (
	answersIn = 10 * time.Second
	maxBody   = 1 << 20
	maxPages  = 10
	maxLeads  = 3
)

type elbHealth = elb.TargetHealthDescription

// NewBrowser returns the client for the apps: it follows a redirect only to the host and port that it asked.
func NewBrowser() *http.Client {
	return &http.Client{Timeout: answersIn, CheckRedirect: func(next *http.Request, before []*http.Request) error {
		first := before[0].URL
		if len(before) > maxLeads || next.URL.Scheme != first.Scheme || next.URL.Host != first.Host {
			return http.ErrUseLastResponse
		}
		return nil
	}}
}

// readPages asks the load balancers that the internet reaches for their home pages. AWS describes their
// names, so that no other host is asked.
func (r *reader) readPages(ctx context.Context) {
	r.Pages = map[string]Page{}
	for _, b := range r.Balancers {
		if len(r.Pages) == maxPages {
			return
		}
		if b.Scheme == elb.LoadBalancerSchemeEnumInternetFacing && b.Type == elb.LoadBalancerTypeEnumApplication && len(r.listenersOf(&b, httpPort)) > 0 {
			r.Pages[aws.ToString(b.LoadBalancerArn)] = r.page(ctx, aws.ToString(b.DNSName))
		}
	}
}

func (r *reader) page(ctx context.Context, host string) Page {
	home := url.URL{Scheme: "http", Host: host, Path: "/"}
	page := Page{URL: home.String()}
	ctx, cancel := context.WithTimeout(ctx, answersIn)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, page.URL, nil)
	if err != nil {
		return page.failed(err)
	}
	request.Header.Set("User-Agent", "gallery-grade")
	response, err := r.HTTP.Do(request)
	if err != nil {
		return page.failed(err)
	}
	defer response.Body.Close()
	page.Status = response.StatusCode
	if leads, err := response.Location(); err == nil && page.Status >= 300 && page.Status < 400 {
		page.Leads = leads.Redacted()
	}
	read, err := io.Copy(io.Discard, io.LimitReader(response.Body, maxBody))
	page.Bytes = int(read)
	if err != nil {
		page.Status = 0
		return page.failed(err)
	}
	return page
}

func (p Page) failed(err error) Page {
	var broken *url.Error
	if errors.As(err, &broken) {
		err = broken.Err
	}
	p.Why = strings.TrimSpace(err.Error())
	if errors.Is(err, context.DeadlineExceeded) {
		p.Why = fmt.Sprintf("no answer within %s", answersIn)
	}
	return p
}

// ok reports whether the app answered as one that works.
func (p Page) ok() bool { return p.Status >= 200 && p.Status < 300 }

func (p Page) String() string {
	switch {
	case p.Status == 0:
		return p.URL + ": " + p.Why
	case p.Leads != "":
		return fmt.Sprintf("%s answers %d and leads to %s, which was not asked", p.URL, p.Status, p.Leads)
	}
	return fmt.Sprintf("%s answers %d with %d bytes", p.URL, p.Status, p.Bytes)
}
