package pace_test

import (
	"io"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"photogallery/internal/pace"
)

// one is a listener of a single connection.
type one struct {
	server net.Conn
	closed chan struct{}
}

func (o *one) Accept() (net.Conn, error) {
	if taken := o.server; taken != nil {
		o.server = nil
		return taken, nil
	}
	<-o.closed
	return nil, net.ErrClosed
}
func (o *one) Close() error { close(o.closed); return nil }
func (*one) Addr() net.Addr { return &net.TCPAddr{} }

// In virtual time: how long a connection is kept whose client sends pieces of a size, each after a pause.
func TestBodiesAreReadForAsLongAsTheyCome(t *testing.T) {
	for name, test := range map[string]struct {
		pieces, size int
		every        time.Duration
		isStalled    bool
		atMost       time.Duration
		isRead       bool
	}{
		"all at once":             {1, 1 << 20, 0, false, time.Second, true},
		"a slow one for an hour":  {180, 64 << 10, 20 * time.Second, false, 2 * time.Hour, true},
		"nothing":                 {0, 1, 0, true, pace.Patience, true},
		"a stop in the middle":    {2, 4 << 10, time.Second, true, 2 * pace.Patience, true},
		"a byte now and then":     {1000, 1, 30 * time.Second, true, 2 * pace.Patience, true},
		"nothing, and not wanted": {0, 1, 0, false, pace.Patience, false},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := net.Pipe()
				listener := &one{server, make(chan struct{})}
				isStalled := false
				served := &http.Server{ReadHeaderTimeout: time.Second, IdleTimeout: time.Second, Handler: pace.Bodies(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
					if test.isRead {
						if _, err := io.Copy(io.Discard, r.Body); err == nil {
							time.Sleep(2 * pace.Patience) // an answer may take its time
						}
						isStalled = pace.Stalled(r)
					}
				}))}
				go func() { _ = served.Serve(listener) }()
				began := time.Now()
				var sending sync.WaitGroup
				sending.Go(func() {
					length := max(1, test.pieces*test.size)
					if test.isStalled {
						length++ // the last byte does not come
					}
					_, err := io.WriteString(client, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: "+strconv.Itoa(length)+"\r\n\r\n")
					for range test.pieces {
						time.Sleep(test.every)
						if err != nil {
							return
						}
						_, err = io.WriteString(client, strings.Repeat("a", test.size))
					}
				})
				_, _ = io.Copy(io.Discard, client) // until the server closes it
				if kept := time.Since(began); isStalled != test.isStalled || kept > test.atMost+2*pace.Patience+time.Second || test.isStalled && kept > test.atMost+time.Second {
					t.Errorf("%v after %s", isStalled, kept)
				}
				_ = served.Close()
				_ = client.Close()
				sending.Wait()
			})
		})
	}
}
