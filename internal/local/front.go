package local

import (
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"

	"photogallery/internal/pace"
)

// front returns the handler of the load balancer's real address, which passes requests to the
// environment's load balancer. While there is none the front door answers.
func (l *Local) front(at net.Addr) http.Handler {
	transport := l.traffic.measured(l.stack.Cloud.ELB.TransportAt(portOf(at)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		dnsName, state := l.loadBalancer()
		if state != "active" || isDoorsForm(r) {
			l.door(w, r)
			return
		}
		// Without this the server reads the rest of a body itself when the answer begins, while the
		// proxy still sends it: the proxy misses it and closes the answer's connection. With it a
		// handler must close the body before it ends, or the server closes the connection in the
		// moment in which its client sends the next request. The proxy does not close it.
		// https://github.com/golang/go/issues/68560
		if err := http.NewResponseController(w).EnableFullDuplex(); err != nil {
			l.unreachable(w, r, err)
			return
		}
		defer r.Body.Close()
		proxy := httputil.ReverseProxy{
			Transport: transport, FlushInterval: -1, ErrorHandler: l.unreachable, ModifyResponse: l.notYet,
			ErrorLog: slog.NewLogLogger(l.options.Log.Handler(), slog.LevelDebug),
			Rewrite: func(r *httputil.ProxyRequest) {
				forward(r)
				r.Out.URL.Scheme, r.Out.URL.Host = "http", dnsName
			},
		}
		proxy.ServeHTTP(w, r)
	})
}

// forward appends the client to the X-Forwarded-For header and removes no header that an
// Application Load Balancer keeps.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/x-forwarded-headers.html
func forward(r *httputil.ProxyRequest) {
	r.Out.Header["X-Forwarded-For"] = r.In.Header["X-Forwarded-For"]
	r.SetXForwarded()
	for _, name := range []string{"X-Forwarded-Host", "Forwarded"} {
		delete(r.Out.Header, name)
		if values, isThere := r.In.Header[name]; isThere {
			r.Out.Header[name] = values
		}
	}
}

func portOf(at net.Addr) int {
	tcp, isTCP := at.(*net.TCPAddr)
	if !isTCP {
		return 0
	}
	return tcp.Port
}

// errAsleep is about a load balancer that has no targets yet, or none any more.
var errAsleep = errors.New("nothing serves")

// notYet returns errAsleep for the answer of a load balancer without healthy targets while the door leads
// nobody in.
func (l *Local) notYet(answer *http.Response) error {
	if answer.StatusCode == http.StatusServiceUnavailable && l.isAsleep(answer.Request) {
		return errAsleep
	}
	return nil
}

// isAsleep reports whether the door has something to show for a request.
func (l *Local) isAsleep(r *http.Request) bool {
	if r.Method != http.MethodGet {
		return false
	}
	answer, err := l.stack.Visit(r.Context(), visitOf(r, ""))
	return err == nil && answer.StatusCode == http.StatusServiceUnavailable
}

// unreachable answers a client that stopped sending with 408, as an Application Load Balancer does.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#http-408-issues
func (l *Local) unreachable(w http.ResponseWriter, r *http.Request, err error) {
	if pace.Stalled(r) {
		w.Header().Set("Connection", "close")
		http.Error(w, "The client stopped sending the body of the request.", http.StatusRequestTimeout)
		return
	}
	if l.isAsleep(r) {
		l.door(w, r)
		return
	}
	http.Error(w, fmt.Sprintf("The load balancer cannot be reached: %v", err), http.StatusBadGateway)
}

// loadBalancer returns the environment's load balancer with its state in AWS's words, or "" while
// there is none.
func (l *Local) loadBalancer() (dnsName, state string) {
	l.stack.Cloud.Fabric.Do(func() { dnsName, state = l.stack.Cloud.ELB.State(Environment.Name()) })
	return dnsName, state
}
