package process

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"time"
)

// services sends requests to the machines' services.
type services struct{ kept, once *http.Transport }

func newServices() services {
	kept := &http.Transport{
		MaxIdleConnsPerHost: 64, IdleConnTimeout: 30 * time.Second, DisableCompression: true,
		DialContext: dial, ResponseHeaderTimeout: 60 * time.Second,
	}
	once := kept.Clone()
	once.DisableKeepAlives = true
	return services{kept, once}
}

// harmless lists the methods that a Transport repeats if a kept connection was closed in the
// meantime.
var harmless = []string{http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace}

// RoundTrip implements http.RoundTripper. A request that cannot be repeated gets a new connection,
// because a service may close an idle one at any time.
func (s services) RoundTrip(request *http.Request) (*http.Response, error) {
	if slices.Contains(harmless, request.Method) && (request.Body == nil || request.Body == http.NoBody) {
		return s.kept.RoundTrip(request)
	}
	return s.once.RoundTrip(request)
}

// dial connects to a service, which may answer before it has read the body.
func dial(ctx context.Context, network, address string) (net.Conn, error) {
	connection, err := (&net.Dialer{Timeout: 2 * time.Second}).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	return &patient{Conn: connection, ended: make(chan struct{})}, nil
}

// patient is a connection that is read to its end even if writing fails. An http.Transport that
// cannot write a body drops the connection with the answer, so it learns of the failure only after
// it has read the answer or closed the connection.
type patient struct {
	net.Conn
	ending sync.Once
	ended  chan struct{}

	writing  sync.Mutex // while a piece is written
	wasReset bool
}

// Write implements net.Conn.
func (p *patient) Write(piece []byte) (n int, err error) {
	p.writing.Lock()
	n, err = p.Conn.Write(piece)
	isReset := errors.Is(err, syscall.ECONNRESET)
	p.wasReset = p.wasReset || isReset
	p.writing.Unlock()
	if isReset || errors.Is(err, syscall.EPIPE) {
		<-p.ended
	}
	return n, err
}

// Read implements net.Conn. The system reports a reset once, to a writer or a reader, and an end
// after that: an answer that ends with its connection would look complete.
func (p *patient) Read(piece []byte) (n int, err error) {
	n, err = p.Conn.Read(piece)
	if errors.Is(err, io.EOF) && p.reset() {
		err = syscall.ECONNRESET
	}
	if err != nil {
		p.end()
	}
	return n, err
}

func (p *patient) reset() bool {
	p.writing.Lock()
	defer p.writing.Unlock()
	return p.wasReset
}

// Close implements net.Conn.
func (p *patient) Close() error {
	p.end()
	return p.Conn.Close()
}

func (p *patient) end() { p.ending.Do(func() { close(p.ended) }) }
