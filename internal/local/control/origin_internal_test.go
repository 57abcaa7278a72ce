package control

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestGuardRefusesOtherOriginsInTheWordsOfTheAPI(t *testing.T) {
	guarded := Guard(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("it is let through") }))
	for method, mode := range map[string]string{http.MethodGet: "cors", http.MethodPost: "navigate"} {
		r := httptest.NewRequestWithContext(t.Context(), method, "http://127.0.0.1:1/", http.NoBody)
		r.Header.Set("Sec-Fetch-Site", "cross-site")
		r.Header.Set("Sec-Fetch-Mode", mode)
		w := httptest.NewRecorder()
		guarded.ServeHTTP(w, r)
		if got := w.Body.String(); w.Code != http.StatusForbidden || w.Header().Get("Content-Type") != "application/json" || !strings.Contains(got, "a page of another origin") {
			t.Errorf("%s: %d %s", method, w.Code, got)
		}
	}
}
