package local

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"os"
	"strings"
	"time"

	"photogallery/internal/local/control"
	"photogallery/internal/pace"
	"photogallery/release"
)

// listen opens the addresses of the load balancer, the APIs and the console.
func (l *Local) listen(ctx context.Context) error {
	gallery, err := control.Listen(ctx, l.options.Address, "--address")
	if err != nil {
		return err
	}
	// A client of the load balancer also uses a connection to an instance.
	l.serve(pace.Paced(gallery, 4), guarded(gallery.Addr(), l.front(gallery.Addr())))
	at := l.options.APIAddress
	if at == "" {
		at = "127.0.0.1:0"
	}
	api, err := control.ListenOnLoopback(ctx, at, "--api")
	if err != nil {
		return err
	}
	l.endpoint = control.Endpoint{API: "http://" + api.Addr().String(), Gallery: "http://" + reachable(gallery.Addr()), PID: os.Getpid(), Architecture: l.stack.Settings.Architecture, Key: rand.Text() + rand.Text()}
	l.serve(pace.Paced(api, 16), l.api())
	return l.listenForConsole(ctx)
}

// guarded protects a gallery on loopback from pages of other sites, whose names may resolve to this
// machine. The names of an --address on a network are unknown.
func guarded(at net.Addr, gallery http.Handler) http.Handler {
	if tcp, isTCP := at.(*net.TCPAddr); isTCP && tcp.IP.IsLoopback() {
		return control.OnLoopback(gallery)
	}
	return gallery
}

// refuseNames makes a service as guarded as its load balancer: it has a loopback address of its
// own, to which a page's name may resolve, too.
func refuseNames(balancer string) string {
	if at, err := net.ResolveTCPAddr("tcp", balancer); err == nil && at.IP.IsLoopback() {
		return "1"
	}
	return "0"
}

func (l *Local) listenForConsole(ctx context.Context) error {
	for i, address := range l.options.Console {
		listener, err := control.ListenOnLoopback(ctx, address, "--console")
		if release.CodeOf(err) == release.StillInUse && i+1 < len(l.options.Console) {
			continue
		}
		if err != nil {
			return err
		}
		l.endpoint.Console = "http://" + listener.Addr().String()
		l.console = l.newConsole()
		l.serve(pace.Paced(listener, 16), l.console.Handler())
		return nil
	}
	return nil
}

// ConsoleAddress returns an address that opens the console once, in one browser, or "" if there is
// none. It is secret until it is used.
func (l *Local) ConsoleAddress() string {
	if l.console == nil {
		return ""
	}
	return l.endpoint.Console + l.console.Ticket()
}

// reachable returns an address that a browser on this machine can open.
func reachable(address net.Addr) string {
	at, err := netip.ParseAddrPort(address.String())
	if err != nil || !at.Addr().IsUnspecified() {
		return address.String()
	}
	return net.JoinHostPort("localhost", strings.TrimPrefix(address.String()[strings.LastIndex(address.String(), ":"):], ":"))
}

func (l *Local) serve(listener *pace.Bound, handler http.Handler) {
	server := &http.Server{
		Handler: pace.Bodies(handler), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute, MaxHeaderBytes: 64 << 10,
		ErrorLog: slog.NewLogLogger(l.options.Log.Handler(), slog.LevelDebug),
	}
	listener.Yield(server)
	l.servers = append(l.servers, server)
	l.serving.Go(func() { _ = server.Serve(listener) }) // ends with Close and reports that
}
