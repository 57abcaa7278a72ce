package elb

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// Transport returns the data plane: it sends a request to the load balancer whose DNS name is in
// Host. RoundTrip takes the lock itself and waits for the target without it. A host that is not a
// load balancer is a DNS error, and one without a listener on the port refuses the connection. TLS
// is not spoken; a listener only acts on requests as it would with TLS. Like an Application Load
// Balancer it answers 503 without targets, 502 if a target fails and 504 if it is too slow, and
// never tries a second target.
func (s *Service) Transport() http.RoundTripper { return transport{service: s} }

// TransportAt returns a Transport whose clients use another port than the listener's. Targets learn
// that port.
func (s *Service) TransportAt(port int) http.RoundTripper { return transport{s, port} }

type transport struct {
	service *Service
	port    int // that clients use, or 0 for the listener's
}

// route is the route of one request. machine is nil if the target group has no targets.
type route struct {
	listener types.Listener
	machine  http.RoundTripper
	target   *target // the machine's
}

// RoundTrip implements http.RoundTripper.
func (t transport) RoundTrip(request *http.Request) (*http.Response, error) {
	var taken route
	var err error
	t.service.fabric.Do(func() { taken, err = t.service.route(request) })
	if err != nil || taken.machine == nil {
		closeBody(request)
		if err != nil {
			return nil, err
		}
		if to := taken.listener.DefaultActions[0].RedirectConfig; to != nil {
			return redirected(request, *to), nil
		}
		return ownAnswer(request, http.StatusServiceUnavailable), nil
	}
	forwarded := request.Clone(request.Context())
	forwarded.Header.Set("X-Forwarded-Proto", strings.ToLower(string(taken.listener.Protocol)))
	forwarded.Header.Set("X-Forwarded-Port", strconv.Itoa(cmp.Or(t.port, int(*taken.listener.Port))))
	response, err := taken.target.answering(taken.machine, forwarded)
	var timeout net.Error
	switch {
	case request.Context().Err() != nil:
		return response, err
	case errors.As(err, &timeout) && timeout.Timeout():
		return ownAnswer(request, http.StatusGatewayTimeout), nil
	case err != nil:
		return ownAnswer(request, http.StatusBadGateway), nil //nolint:nilerr // the answer tells of it
	}
	return response, nil
}

func (s *Service) route(request *http.Request) (route, error) {
	host, number := request.URL.Hostname(), request.URL.Port()
	if number == "" {
		number = map[string]string{"http": "80", "https": "443"}[request.URL.Scheme]
	}
	b := s.first(func(b *loadBalancer) bool { return strings.EqualFold(*b.DNSName, host) })
	if b == nil {
		return route{}, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	port, _ := strconv.Atoi(number)
	listener, ok := b.listensOn(int32(port))
	if !ok || !b.active() {
		return route{}, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	if !strings.EqualFold(string(listener.Protocol), request.URL.Scheme) {
		return route{}, fmt.Errorf("the listener on port %d speaks %s, not %s", port, listener.Protocol, request.URL.Scheme)
	}
	taken := route{listener: listener}
	g := s.group(forwardedTo(listener))
	if g == nil {
		return taken, nil
	}
	if eligible := s.eligible(g); len(eligible) > 0 {
		chosen := eligible[g.next%len(eligible)]
		g.next++
		g.requests++
		i, _ := s.instances.Instance(chosen.instance)
		taken.machine, taken.target = i.Machine, chosen
	}
	return taken, nil
}

// eligible returns the targets that get requests: the healthy ones, or all if there are none.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
func (s *Service) eligible(g *targetGroup) []*target {
	var healthy, reachable []*target
	for _, t := range g.targets {
		if i, _ := s.instances.Instance(t.instance); i.Machine == nil {
			continue
		}
		switch s.health(g, t).State {
		case types.TargetHealthStateEnumHealthy:
			healthy = append(healthy, t)
		case types.TargetHealthStateEnumInitial, types.TargetHealthStateEnumUnhealthy:
			reachable = append(reachable, t)
		}
	}
	if len(healthy) > 0 {
		return healthy
	}
	return reachable
}

// ownAnswer returns an answer of the load balancer itself.
func ownAnswer(request *http.Request, status int) *http.Response {
	text := fmt.Sprintf("%d %s", status, http.StatusText(status))
	body := "<html><head><title>" + text + "</title></head><body><h1>" + text + "</h1></body></html>\n"
	return &http.Response{
		Status: text, StatusCode: status, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: request,
		Header:        http.Header{"Server": {"awselb/2.0"}, "Content-Type": {"text/html"}},
		ContentLength: int64(len(body)), Body: io.NopCloser(strings.NewReader(body)),
	}
}

func closeBody(request *http.Request) {
	if request.Body != nil {
		_ = request.Body.Close()
	}
}
