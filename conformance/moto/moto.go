// Package moto runs moto's server (https://docs.getmoto.org), an independent AWS emulator, for the
// conformance tests.
package moto

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"strconv"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photogallery/conformance/emulator"
)

// Options are the options of a Server.
type Options struct {
	// Around wraps moto, including the calls of its state machines to Lambda; nil does not.
	Around func(moto http.Handler) http.Handler
	// Pace divides the waits of state machines; 0 means 1.
	Pace float64
	// Log receives moto's output, its requests and tracebacks; nil discards it.
	Log io.Writer
}

// Server is one moto, initially empty, behind a handler of this process.
type Server struct {
	front   *httptest.Server
	process *emulator.Process
}

// Start blocks until moto answers. The caller closes the server. Moto also ends with this process,
// however that ends. Its errors are those of emulator.Start.
func Start(ctx context.Context, options Options) (*Server, error) {
	pace := strconv.FormatFloat(max(1, options.Pace), 'g', -1, 64)
	s := &Server{front: httptest.NewUnstartedServer(nil)}
	_, port, err := net.SplitHostPort(s.front.Listener.Addr().String())
	if err == nil {
		s.process, err = emulator.Start(ctx, options.Log, nil, "", "moto/launcher.py", port, pace)
	}
	if err != nil {
		s.front.Close()
		return nil, err
	}
	s.front.Config.Handler = inFront(s.process.Port, options.Around)
	s.front.Start()
	return s, nil
}

// inFront returns the handler that the clients talk to.
func inFront(port int, around func(http.Handler) http.Handler) http.Handler {
	moto := http.Handler(&httputil.ReverseProxy{Rewrite: func(r *httputil.ProxyRequest) {
		// The host stays the client's, because moto puts it into URLs.
		r.Out.URL.Scheme, r.Out.URL.Host, r.Out.Host = "http", fmt.Sprintf("127.0.0.1:%d", port), r.In.Host
	}})
	if around != nil {
		moto = around(moto)
	}
	return withCBOR(moto)
}

// Endpoint returns moto's URL. It has an IP address, with which SDKs address buckets by path.
func (s *Server) Endpoint() string { return s.front.URL }

// Config returns the configuration with which real SDK clients reach moto.
func (s *Server) Config() aws.Config { return emulator.Config(s.Endpoint()) }

// Close ends moto and waits until it has ended.
func (s *Server) Close() error {
	s.front.Close()
	return s.process.Close()
}
