package grade

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"photogallery/lambdas/step"
)

// asked returns what a server answers to the reader.
func asked(t *testing.T, answer http.HandlerFunc) Page {
	t.Helper()
	server := httptest.NewServer(answer)
	defer server.Close()
	r := reader{Clients: step.Clients{HTTP: NewBrowser()}}
	return r.page(t.Context(), strings.TrimPrefix(server.URL, "http://"))
}

func TestPageIsAskedOfThatHostAlone(t *testing.T) {
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { t.Error("a host that AWS does not name was asked") }))
	defer elsewhere.Close()
	page := asked(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) })
	if page.Status != http.StatusFound || page.Leads != elsewhere.URL || page.ok() {
		t.Errorf("it has %+v", page)
	}
	page = asked(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/photos", http.StatusSeeOther)
		}
	})
	if !page.ok() || page.Leads != "" {
		t.Errorf("on the same host it has %+v", page)
	}
	circles := 0
	page = asked(t, func(w http.ResponseWriter, r *http.Request) {
		circles++
		http.Redirect(w, r, "/", http.StatusFound)
	})
	if page.ok() || circles > maxLeads+1 {
		t.Errorf("it went in circles %d times: %+v", circles, page)
	}
}

func TestPageIsReadUpToALimit(t *testing.T) {
	page := asked(t, func(w http.ResponseWriter, _ *http.Request) {
		block := make([]byte, 64<<10)
		for {
			if _, err := w.Write(block); err != nil {
				return
			}
		}
	})
	if !page.ok() || page.Bytes != maxBody {
		t.Errorf("it has %+v", page)
	}
}

func TestPageSaysWhyThereIsNoAnswer(t *testing.T) {
	r := reader{Clients: step.Clients{HTTP: NewBrowser()}}
	if page := r.page(t.Context(), "127.0.0.1:1"); page.Status != 0 || !strings.Contains(page.String(), "refused") {
		t.Errorf("it has %s", page)
	}
}

func TestBrowserHasATimeLimit(t *testing.T) {
	if NewBrowser().Timeout != answersIn {
		t.Error("a request may take as long as it likes")
	}
}
