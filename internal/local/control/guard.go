package control

import (
	"net"
	"net/http"
	"net/netip"
	"strconv"
	"strings"

	"photogallery/release"
)

// Guard protects a handler on loopback from pages of other origins. It refuses requests that used
// another host name, because a page can point its own name here; requests that change something and
// come from another origin, even on this machine; and reads by pages of other sites, which cannot
// see the answer but could hold it open.
func Guard(next http.Handler) http.Handler {
	sameOrigin := http.NewCrossOriginProtection()
	sameOrigin.SetDenyHandler(http.HandlerFunc(refuseOrigin))
	protected := sameOrigin.Handler(next)
	return OnLoopback(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if from := r.Header.Get("Sec-Fetch-Site"); (from == "cross-site" || from == "same-site") && r.Header.Get("Sec-Fetch-Mode") != "navigate" {
			refuseOrigin(w, r)
			return
		}
		protected.ServeHTTP(w, r)
	}))
}

func refuseOrigin(w http.ResponseWriter, r *http.Request) {
	Refuse(w, release.Errorf(release.AccessDenied, "this request comes from a page of another origin: open http://%s/ itself", r.Host))
}

// OnLoopback refuses requests to a loopback handler whose host name is not this machine's.
func OnLoopback(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLoopback(r.Host) {
			Refuse(w, release.Errorf(release.AccessDenied, "the host %s is not this machine: use localhost or 127.0.0.1", r.Host))
			return
		}
		next.ServeHTTP(w, r)
	})
}

// isLoopback takes a Host header: a name with or without a port.
func isLoopback(host string) bool {
	name, port, err := net.SplitHostPort(host)
	if err != nil { // without a port
		name, port = strings.Trim(host, "[]"), "80"
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return false
	}
	address, err := netip.ParseAddr(name)
	return name == "localhost" || err == nil && address.IsLoopback()
}
