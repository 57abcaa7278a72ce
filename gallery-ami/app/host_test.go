package app

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestGalleryThatRefusesNamesAnswersOnlyHostsThatNobodyElseCanPointHere(t *testing.T) {
	open, closed := startServer(t, Config{}), startServer(t, Config{RefuseNames: true})
	for host, refused := range map[string]bool{
		"localhost": false, "localhost:8080": false, "127.3.2.1:40000": false, "[::1]:80": false, "::1": false, "10.0.1.9": false,
		"photogallery-main-1.us-east-1.elb.amazonaws.com": false,
		"rebind.example.com:8080":                         true, "localhost.example.com": true, "127.0.0.1.example.com": true, "xelb.amazonaws.com": true, "": true,
	} {
		for _, path := range []string{"/", "/healthz", "/thumbs/a.jpg", "/upload"} {
			r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
			r.Host = host
			w := httptest.NewRecorder()
			closed.Handler().ServeHTTP(w, r)
			if got := w.Code == http.StatusMisdirectedRequest; got != refused {
				t.Errorf("Host %q, %s: %d", host, path, w.Code)
			}
			w = httptest.NewRecorder()
			open.Handler().ServeHTTP(w, r)
			if w.Code == http.StatusMisdirectedRequest {
				t.Errorf("Host %q, %s: refused although names are not", host, path)
			}
		}
	}
}
