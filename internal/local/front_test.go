package local_test

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

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
