package elb

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"
)

// Transport returns the data plane: it sends a request to the load balancer whose DNS name is in
// Host. RoundTrip takes the lock itself and waits for the target without it. A host that is not a
// load balancer is a DNS error, and one without a listener on the port refuses the connection. TLS
// is not spoken; a listener only acts on requests as it would with TLS. Like an Application Load
// Balancer it answers 503 without targets, 502 if a target fails and 504 if it is too slow, and
// never tries a second target or another target group.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#forward-actions
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
	balancer *loadBalancer
	listener types.Listener
	action   types.Action // of the rule that matches
	group    *targetGroup // nil for a redirect
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
		if to := taken.action.RedirectConfig; to != nil {
			return redirected(request, *to), nil
		}
		return ownAnswer(request, http.StatusServiceUnavailable), nil
	}
	forwarded := request.Clone(request.Context())
	forwarded.Header.Set("X-Forwarded-Proto", strings.ToLower(string(taken.listener.Protocol)))
	forwarded.Header.Set("X-Forwarded-Port", strconv.Itoa(cmp.Or(t.port, int(*taken.listener.Port))))
	began := time.Now()
	response, err := taken.target.answering(taken.machine, forwarded)
	switch {
	case err == nil:
		t.service.recordAnswer(taken, response.StatusCode, time.Since(began))
		return response, nil
	case request.Context().Err() != nil:
		return nil, err
	}
	t.service.fabric.Do(func() { t.service.recordOwnErrors(taken.balancer, 1) })
	return ownAnswer(request, statusFor(err)), nil
}

// statusFor returns the status of an answer for a target that failed.
func statusFor(err error) int {
	var timeout net.Error
	if errors.As(err, &timeout) && timeout.Timeout() {
		return http.StatusGatewayTimeout
	}
	return http.StatusBadGateway
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
	l := b.listensOn(int32(port))
	if l == nil || !b.active() {
		return route{}, &net.OpError{Op: "dial", Net: "tcp", Err: syscall.ECONNREFUSED}
	}
	if !strings.EqualFold(string(l.Protocol), request.URL.Scheme) {
		return route{}, fmt.Errorf("the listener on port %d speaks %s, not %s", port, l.Protocol, request.URL.Scheme)
	}
	matching := l.rules[slices.IndexFunc(l.rules, func(r *rule) bool { return r.matches(request.Header) })]
	taken := route{balancer: b, listener: l.Listener, action: matching.Actions[0]}
	if i := slices.Index(matching.shares(1), 1); i >= 0 {
		s.choose(&taken, *forwardedTo(taken.action)[i].TargetGroupArn)
	}
	return taken, nil
}

// choose sends a request to the target of the group whose turn it is, if there is one.
func (s *Service) choose(taken *route, group string) {
	g := s.group(group)
	taken.group = g
	eligible := s.eligible(g)
	if len(eligible) == 0 {
		s.recordOwnErrors(taken.balancer, 1)
		return
	}
	taken.target = eligible[g.next%len(eligible)]
	i, _ := s.instances.Instance(taken.target.instance)
	taken.machine = i.Machine
	g.next++
	s.recordRequests(taken.balancer, g, 1)
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
