package local

import (
	"fmt"
	"html/template"
	"log/slog"
	"net"
	"net/http"
	"net/http/httputil"

	"photogallery/internal/pace"
)

// front returns the handler of the load balancer's real address, which passes requests to the
// environment's load balancer. While there is none it answers with a page that reloads itself.
func (l *Local) front(at net.Addr) http.Handler {
	transport := l.traffic.measured(l.stack.Cloud.ELB.TransportAt(portOf(at)))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		dnsName, state := l.loadBalancer()
		if state != "active" {
			l.notReleased(w)
			return
		}
		// Without this the server reads the rest of a body itself when the answer begins, while the
		// proxy still sends it: the proxy misses it and closes the answer's connection. With it a
		// handler must close the body before it ends, as the proxy does, or the server fails at the
		// connection's next request.
		if err := http.NewResponseController(w).EnableFullDuplex(); err != nil {
			unreachable(w, r, err)
			return
		}
		proxy := httputil.ReverseProxy{
			Transport: transport, FlushInterval: -1, ErrorHandler: unreachable,
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

// unreachable answers a client that stopped sending with 408, as an Application Load Balancer does.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html#http-408-issues
func unreachable(w http.ResponseWriter, r *http.Request, err error) {
	if pace.Stalled(r) {
		w.Header().Set("Connection", "close")
		http.Error(w, "The client stopped sending the body of the request.", http.StatusRequestTimeout)
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

var waiting = template.Must(template.New("waiting").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><meta http-equiv="refresh" content="1">
<title>Photogallery</title>
<style>body{font:1.1rem/1.5 system-ui,sans-serif;margin:20vh auto;max-width:32rem;padding:0 1rem;color-scheme:light dark}</style>
<h1>{{if .}}A release is under way{{else}}Nothing is released{{end}}</h1>
<p>{{if .}}The gallery will be here in a moment; this page loads itself again.{{else}}Release the gallery with <code>gallery release</code>.{{end}}</p>
</html>
`))

func (l *Local) notReleased(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("Retry-After", "1")
	w.WriteHeader(http.StatusServiceUnavailable)
	// The client may have hung up.
	_ = waiting.Execute(w, l.isReleasing())
}
