package main

import (
	"crypto/x509"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// The test server's certificate is good for example.com.
func TestWebClientChecksTheDomainCertificate(t *testing.T) {
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.TLS.ServerName != r.Host {
			w.WriteHeader(http.StatusMisdirectedRequest)
		}
	}))
	defer server.Close()
	trusted := x509.NewCertPool()
	trusted.AddCert(server.Certificate())
	for domain, problem := range map[string]string{"example.com": "", "photos.example.org": "not photos.example.org"} {
		client := web(domain)
		client.Transport.(*http.Transport).TLSClientConfig.RootCAs = trusted
		request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		request.Host = domain
		response, err := client.Do(request)
		if err == nil {
			_ = response.Body.Close()
		}
		switch {
		case problem == "" && (err != nil || response.StatusCode != http.StatusOK):
			t.Errorf("%s is answered with %v, %v", domain, response, err)
		case problem != "" && (err == nil || !strings.Contains(err.Error(), problem)):
			t.Errorf("%s: got %v", domain, err)
		}
	}
}
