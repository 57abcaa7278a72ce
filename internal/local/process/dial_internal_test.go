package process

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
)

// resetting answers a request of which it has read the beginning, and resets the connection: there is more to read.
func resetting(t *testing.T, answer string) (address string, reset <-chan struct{}) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	done := make(chan struct{})
	go func() {
		defer close(done)
		connection, err := listener.Accept()
		if err != nil {
			return
		}
		_, _ = io.CopyN(io.Discard, connection, 8<<10)
		_, _ = io.WriteString(connection, answer)
		_ = connection.Close()
	}()
	return "http://" + listener.Addr().String(), done
}

// gated is a body that goes on only when its service has gone.
type gated struct {
	gone   <-chan struct{}
	pieces int
}

func (g *gated) Read(piece []byte) (int, error) {
	if g.pieces++; g.pieces > 1 {
		<-g.gone
	}
	if g.pieces > 8 {
		return 0, io.EOF
	}
	return len(piece), nil
}

func askedReset(t *testing.T, answer string) (content string, err error) {
	t.Helper()
	address, gone := resetting(t, answer)
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, address, &gated{gone: gone})
	if err != nil {
		t.Fatal(err)
	}
	response, err := newServices().RoundTrip(request)
	if err != nil {
		return "", err
	}
	defer response.Body.Close()
	read, err := io.ReadAll(response.Body)
	return string(read), err
}

func TestAnswerIsReadAlthoughTheBodyCannotBeSent(t *testing.T) {
	page := strings.Repeat("a", 16<<10)
	for name, test := range map[string]struct {
		answer string
		want   error
	}{
		"a whole one":                              {fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(page), page), nil},
		"one that is shorter than it says":         {fmt.Sprintf("HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s", len(page)+1, page), syscall.ECONNRESET},
		"one of which nobody knows how long it is": {"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + page, syscall.ECONNRESET},
	} {
		t.Run(name, func(t *testing.T) {
			for range 20 { // either the answer or the failure may be seen first
				content, err := askedReset(t, test.answer)
				if !errors.Is(err, test.want) || content != page {
					t.Fatalf("%d bytes, %v", len(content), err)
				}
			}
		})
	}
}

func TestRequestThatCannotBeSentAgainHasAConnectionOfItsOwn(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.RemoteAddr) }))
	defer server.Close()
	through := newServices()
	defer through.kept.CloseIdleConnections()
	seen := map[string]int{}
	for _, method := range []string{"GET", "POST", "GET", "DELETE", "GET", "PUT"} {
		var body io.Reader
		if method == "POST" {
			body = strings.NewReader("a photo")
		}
		request, err := http.NewRequestWithContext(t.Context(), method, server.URL, body)
		if err != nil {
			t.Fatal(err)
		}
		response, err := through.RoundTrip(request)
		if err != nil {
			t.Fatal(err)
		}
		from, err := io.ReadAll(response.Body)
		if err := errors.Join(err, response.Body.Close()); err != nil {
			t.Fatal(err)
		}
		seen[string(from)]++
	}
	if len(seen) != 4 {
		t.Errorf("they arrived over the connections %v", seen)
	}
}
