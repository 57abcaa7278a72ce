package local_test

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// What a client receives counts: a status and a whole body. The service answers before it has read what it was sent;
// at /reset it then resets its connection, and at / it stops reading.
func TestBalancerLosesNoAnswerToAPOST(t *testing.T) {
	c := start(t, filepath.Join(t.TempDir(), "data"))
	c.released()
	const clients, each = 8, 20
	for path, size := range map[string]int{"/early": 128 << 10, "/reset": 1 << 20, "/": 8 << 20} {
		failed := make(chan string, clients*each)
		var posting sync.WaitGroup
		for range clients {
			posting.Go(func() {
				for range each {
					if failure := posted(t, c.Endpoint().Gallery+path, size); failure != "" {
						failed <- failure
					}
				}
			})
		}
		posting.Wait()
		close(failed)
		if len(failed) > 0 {
			t.Errorf("%s: %d of %d answers are lost, the first: %s", path, len(failed), clients*each, <-failed)
		}
	}
}

// posted is what is wrong with the answer to a body of a size, or "" for nothing. The client reads
// while it writes, and what it could not write is no matter.
func posted(t *testing.T, address string, size int) string {
	at, err := url.Parse(address)
	if err != nil {
		return err.Error()
	}
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", at.Host)
	if err != nil {
		return err.Error()
	}
	defer connection.Close()
	go func() {
		fmt.Fprintf(connection, "POST %s HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n", at.Path, at.Host, size)
		_, _ = connection.Write(make([]byte, size))
	}()
	response, err := http.ReadResponse(bufio.NewReader(connection), nil)
	if err != nil {
		return err.Error()
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if want := map[string]int{"/": len("i-0123456789abcdef0")}; err != nil || response.StatusCode != http.StatusOK || len(content) != cmp.Or(want[at.Path], 16<<10) {
		return fmt.Sprintf("%s, %d bytes, %v", response.Status, len(content), err)
	}
	return ""
}

// The service at / answers without reading the body, most of which is still to come.
func TestBalancerKeepsTheConnectionAfterAnEarlyAnswer(t *testing.T) {
	c := start(t, filepath.Join(t.TempDir(), "data"))
	c.released()
	host := strings.TrimPrefix(c.Endpoint().Gallery, "http://")
	connection, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	defer connection.Close()
	const size = 128 << 10
	answers := bufio.NewReader(connection)
	answered := func(says string) {
		t.Helper()
		if _, err := io.WriteString(connection, says); err != nil {
			t.Fatal(err)
		}
		answer, err := http.ReadResponse(answers, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer answer.Body.Close()
		if _, err := io.Copy(io.Discard, answer.Body); err != nil || answer.StatusCode != http.StatusOK || answer.Close {
			t.Fatalf("%s, its connection closes: %t, %v", answer.Status, answer.Close, err)
		}
	}
	for range 3 {
		answered(fmt.Sprintf("POST / HTTP/1.1\r\nHost: %s\r\nContent-Length: %d\r\n\r\n", host, size))
		if _, err := connection.Write(make([]byte, size)); err != nil {
			t.Fatal(err)
		}
		answered("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n")
	}
}

func TestBalancerTellsWhatClientsSaid(t *testing.T) {
	c := start(t, filepath.Join(t.TempDir(), "data"))
	c.released()
	_, port, err := net.SplitHostPort(strings.TrimPrefix(c.Endpoint().Gallery, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	const from = "X-Forwarded-For"
	for given, want := range map[string]string{"": "127.0.0.1", "192.0.2.1, 192.0.2.2": "192.0.2.1, 192.0.2.2, 127.0.0.1"} {
		status, said := asked(t, c.Endpoint().Gallery+"/forwarded", map[string]string{from: given, "X-Forwarded-Port": "1", "X-Forwarded-Proto": "https"})
		if wanted := fmt.Sprintf("%q %q %q", want, port, "http"); status != http.StatusOK || said != wanted {
			t.Errorf("with %s %q: %d, the service is told %s, want %s", from, given, status, said, wanted)
		}
	}
	for host, want := range map[string]int{
		"localhost:" + port: http.StatusOK, "127.0.0.1": http.StatusOK, "[::1]:8080": http.StatusOK,
		"evil.example:" + port: http.StatusForbidden, "127.0.0.1.evil.example": http.StatusForbidden, "192.0.2.1": http.StatusForbidden,
	} {
		if status, said := asked(t, c.Endpoint().Gallery+"/", map[string]string{"Host": host}); status != want {
			t.Errorf("as %s: %d %s", host, status, said)
		}
	}
}

func asked(t *testing.T, url string, headers map[string]string) (status int, said string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	for name, value := range headers {
		switch {
		case name == "Host":
			request.Host = value
		case value != "":
			request.Header.Set(name, value)
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	content, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(content)
}

func TestServiceIsToldToBeAsGuardedAsItsLoadBalancer(t *testing.T) {
	for address, want := range map[string]string{"127.0.0.1:0": "1", "[::]:0": "0"} {
		c := startAt(t, t.TempDir(), address)
		c.released()
		if status, got, err := c.get("/refuses-names"); status != http.StatusOK || got != want {
			t.Errorf("behind %s a service is told %q, %d, %v", address, got, status, err)
		}
	}
}
