package pace

import (
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// crowd is a listener of connections that are there already.
type crowd chan net.Conn

func (c crowd) Accept() (net.Conn, error) {
	connection, isOpen := <-c
	if !isOpen {
		return nil, net.ErrClosed
	}
	return connection, nil
}
func (crowd) Close() error   { return nil }
func (crowd) Addr() net.Addr { return &net.TCPAddr{} }

func TestSilentClientsKeepNobodyOut(t *testing.T) {
	const request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"
	for name, said := range map[string]string{"nothing": "", "half a header": request[:20], "a whole request, and then nothing": request} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				clients := make(crowd)
				listener := bounded(clients, 5, false)
				server := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: time.Minute}
				listener.Yield(server)
				go func() { _ = server.Serve(listener) }()
				connect := func(says string) net.Conn {
					client, served := net.Pipe()
					clients <- served
					go func() { _, _ = io.WriteString(client, says) }()
					return client
				}
				began := time.Now()
				for range 50 {
					go func() { _, _ = io.Copy(io.Discard, connect(said)) }()
				}
				synctest.Wait()
				last := connect(request)
				answer := make([]byte, 12)
				if _, err := io.ReadFull(last, answer); err != nil || !strings.HasSuffix(string(answer), "404") || time.Since(began) > 0 {
					t.Errorf("after %s: %q, %v", time.Since(began), answer, err)
				}
				go func() { _, _ = io.Copy(io.Discard, last) }()
				synctest.Wait()
				close(clients)
				_ = server.Close()
			})
		})
	}
}
