package pace

import (
	"errors"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// flood is a listener that has a connection for anyone who accepts; the clients do nothing.
type flood struct{ accepted, closed atomic.Int64 }

func (f *flood) Accept() (net.Conn, error) {
	if f.accepted.Add(1) > 100 {
		return nil, net.ErrClosed
	}
	_, server := net.Pipe()
	return server, nil
}
func (f *flood) Close() error { f.closed.Add(1); return nil }
func (*flood) Addr() net.Addr { return &net.TCPAddr{} }

func TestIdleConnectionsTakeNoMoreThanTheirPlaces(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const most = 5
		clients := &flood{}
		listener := bounded(clients, most, false)
		served := &http.Server{Handler: http.NotFoundHandler(), ReadHeaderTimeout: 10 * time.Second}
		go func() { _ = served.Serve(listener) }()
		for turn := 1; turn <= 3; turn++ {
			synctest.Wait()
			if taken := clients.accepted.Load(); taken != int64(turn*most) {
				t.Errorf("after turn %d %d connections were taken, of which %d may be open", turn, taken, most)
			}
			time.Sleep(10*time.Second + time.Millisecond) // they are cut off, and make room
		}
		if err := served.Close(); err != nil || clients.closed.Load() != 1 {
			t.Errorf("%v, closed %d times", err, clients.closed.Load())
		}
	})
}

func TestMostConnectionsLeaveFilesForWhatTheyAskFor(t *testing.T) {
	if few, many := maxConnections(1<<40), maxConnections(1); few != 8 || many < few || many > 4096 {
		t.Errorf("got %d and %d", few, many)
	}
}

// In virtual time: how long a connection is kept whose client takes so much of an answer, each piece after a pause.
func TestAnswersAreWrittenForAsLongAsTheyAreTaken(t *testing.T) {
	for name, test := range map[string]struct {
		size  int
		every time.Duration
		cut   bool
	}{
		"all at once":            {1 << 20, 0, false},
		"a slow one for an hour": {piece, 20 * time.Second, false},
		"nothing":                {0, 0, true},
		"a byte now and then":    {1, 30 * time.Second, true},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				client, server := net.Pipe()
				connection := held{Conn: server, leave: func() {}, paced: true}
				var taking sync.WaitGroup
				taking.Go(func() {
					took := make([]byte, test.size)
					for test.size > 0 {
						time.Sleep(test.every)
						if _, err := io.ReadFull(client, took); err != nil {
							return
						}
					}
				})
				n, err := connection.Write(make([]byte, 180*piece))
				_ = connection.Close()
				_ = client.Close()
				taking.Wait()
				if errors.Is(err, os.ErrDeadlineExceeded) != test.cut || (n == 180*piece) == test.cut {
					t.Errorf("%d bytes, %v", n, err)
				}
			})
		})
	}
}

// A server sends a file by the system, and half-closes a connection, only where it can ask for that.
func TestConnectionsKeepWhatServersAskThemFor(t *testing.T) {
	inner, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "photo")
	if err := os.WriteFile(file, []byte(strings.Repeat("a", 3*piece+1)), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, paced := range []bool{false, true} {
		listener := bounded(inner, 1, paced)
		got := make(chan int)
		go func() {
			client, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", inner.Addr().String())
			if err != nil {
				got <- 0
				return
			}
			defer client.Close()
			content, _ := io.ReadAll(client)
			got <- len(content)
		}()
		server, err := listener.Accept()
		if err != nil {
			t.Fatal(err)
		}
		content, err := os.Open(file)
		if err != nil {
			t.Fatal(err)
		}
		limited := &io.LimitedReader{R: content, N: 3 * int64(piece)}
		sent, err := server.(io.ReaderFrom).ReadFrom(limited)
		if err := errors.Join(err, server.(interface{ CloseWrite() error }).CloseWrite()); err != nil || sent != 3*int64(piece) || limited.N != 0 {
			t.Errorf("%d bytes are sent, %d left, %v", sent, limited.N, err)
		}
		if received := <-got; received != 3*piece {
			t.Errorf("%d bytes are received", received)
		}
		if err := errors.Join(server.Close(), content.Close()); err != nil {
			t.Error(err)
		}
	}
	if err := inner.Close(); err != nil {
		t.Error(err)
	}
}
