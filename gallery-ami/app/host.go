package app

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
)

// unnamed refuses requests whose Host is a name that others can point here, with which a page of
// another site could read the photos. They can point neither an address, nor localhost, nor the
// name of a load balancer, which only AWS resolves and never to loopback.
// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html#dns-name
func (s *Server) unnamed(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isOurs(r.Host) {
			s.fail(w, r, &Error{Code: UnknownHost, Message: "This gallery answers only on its own machine, not by another name. Open it at localhost or 127.0.0.1."})
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isOurs(host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	_, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil || host == "localhost" || strings.HasSuffix(host, ".elb.amazonaws.com")
}
