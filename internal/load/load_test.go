package load_test

import (
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"photogallery/internal/load"
	"photogallery/internal/patience"
)

func TestLoadRunsOnlyAgainstThisMachine(t *testing.T) {
	own := []string{"http://localhost:8080", "http://127.0.0.1:8080/", "http://127.9.8.7", "http://[::1]:80/"}
	addresses, err := net.InterfaceAddrs()
	if err != nil {
		t.Fatal(err)
	}
	for _, address := range addresses {
		if network, isNetwork := address.(*net.IPNet); isNetwork && network.IP.To4() != nil {
			own = append(own, "http://"+network.IP.String()+":8080")
		}
	}
	for _, url := range own {
		if err := load.OnThisMachine(url); err != nil {
			t.Error(err)
		}
	}
	for _, url := range []string{"http://192.0.2.1:8080", "http://example.com", "http://127.0.0.1.example.com", "http://localhost@192.0.2.1/", "", "::"} {
		if err := load.OnThisMachine(url); err == nil {
			t.Errorf("%q passes for this machine", url)
		}
	}
}

func TestLoadCountsItsResults(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/":
			fmt.Fprint(w, `Served by <b>i-0123456789abcdef0</b> <img src="/thumbs/a.jpg">`)
		case "/thumbs/a.jpg":
		default:
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	}))
	defer server.Close()
	thumbnails, err := load.Thumbnails(t.Context(), server.URL)
	if err != nil || len(thumbnails) != 1 || thumbnails[0] != server.URL+"/thumbs/a.jpg" {
		t.Fatalf("the thumbnails are %v, %v", thumbnails, err)
	}
	running := load.Start(server.URL, 2000, append(thumbnails, server.URL+"/broken")...)
	for deadline := time.Now().Add(patience.Limit); running.Requests() < 200 && time.Now().Before(deadline); {
		time.Sleep(time.Millisecond)
	}
	now, end := running.Now(), running.End()
	if end.Requests < 200 || end.Requests < now.Requests || end.Failures < end.Requests/5 || end.Failures > end.Requests/3 {
		t.Errorf("%d requests, %d failures", end.Requests, end.Failures)
	}
	if !strings.Contains(end.First, "503") {
		t.Errorf("the first failure is %q", end.First)
	}
	if pages := end.Instances["i-0123456789abcdef0"]; pages < end.Requests/3 || len(end.Instances) != 1 {
		t.Errorf("the home pages are of %v", end.Instances)
	}
	if p50, p99 := end.Percentile(50), end.Percentile(99); p50 <= 0 || p99 < p50 {
		t.Errorf("half within %v, 99 of 100 within %v", p50, p99)
	}
}

// A server may have answered: what the client has not received is a failure.
func TestLoadCountsPostsByWhatTheClientReceives(t *testing.T) {
	for says, answer := range map[string]http.HandlerFunc{
		"":                   func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotFound); fmt.Fprint(w, "no") },
		"200 OK and 0 bytes": func(http.ResponseWriter, *http.Request) {},
		"502": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprint(w, "no")
		},
		"breaks off after 4 bytes": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "10")
			fmt.Fprint(w, "half")
		},
	} {
		t.Run(says, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPost {
					answer(w, r)
				}
			}))
			defer server.Close()
			running := load.StartPosting(server.URL, 2000)
			for deadline := time.Now().Add(patience.Limit); running.Requests() < 80 && time.Now().Before(deadline); {
				time.Sleep(time.Millisecond)
			}
			end := running.End()
			if isLost := end.Failures >= end.Requests/8; isLost != (says != "") || !strings.Contains(end.First, says) {
				t.Errorf("%d of %d requests failed, the first because %q", end.Failures, end.Requests, end.First)
			}
		})
	}
}
