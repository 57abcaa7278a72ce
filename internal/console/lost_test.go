package console_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"photogallery/internal/console"
)

// serveAt serves a console on an address until end is called.
func serveAt(t *testing.T, address string, c *console.Console) (server *httptest.Server, end func()) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server = &httptest.Server{Listener: listener, Config: &http.Server{Handler: c.Handler()}} //nolint:gosec // a test's
	server.Start()
	return server, func() {
		server.CloseClientConnections()
		server.Close()
	}
}

func TestLostConnectionIsShownAndRecovers(t *testing.T) {
	p := open(t)
	server, end := serveAt(t, "127.0.0.1:0", p.console)
	at := blankTab(t, browse(t), server.URL, "tab") // its console will tell of refused connections
	at.do(chromedp.Navigate(server.URL + p.console.Ticket()))
	at.says("#connection", "Live")
	at.until(`document.querySelector('#lost').hidden`)
	end()
	at.says("#connection", "Connection lost")
	at.says("#lost", "does not answer")
	if _, err := p.cloud.StartRelease(t.Context(), "meanwhile", "{}"); err != nil {
		t.Fatal(err)
	}
	_, end = serveAt(t, server.Listener.Addr().String(), p.console)
	at.says("#connection", "Live")
	at.until(`document.querySelector('#lost').hidden`)
	at.says(".runs", "meanwhile")

	end() // and another `gallery up` takes its place
	next := console.New(p.cloud, p.cloud.SFN, p.cloud.Events)
	_, end = serveAt(t, server.Listener.Addr().String(), next)
	t.Cleanup(func() {
		next.Close()
		end()
	})
	at.says("#connection", "Locked")
	at.says("#lost", "gallery status")
	at.do(chromedp.Navigate("about:blank"), chromedp.Navigate(server.URL+next.Ticket()))
	at.says("#connection", "Live")
	at.until(`document.querySelector('#lost').hidden && location.hash === ''`)
}

func TestPageWithoutDataClaimsNothing(t *testing.T) {
	p := open(t)
	silent := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/api/live" {
			<-r.Context().Done()
			return
		}
		p.Config.Handler.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		silent.CloseClientConnections()
		silent.Close()
	})
	at := newTab(t, browse(t), silent.URL+p.console.Ticket(), "tab")
	at.click(`#tabs [data-view="planned"]`)
	at.until(`document.querySelector('#tabs [aria-current]')?.dataset.view === 'planned'`)
	if words := at.text("main"); words != "Waiting for the local cloud…" {
		t.Errorf("the page says %q", words)
	}
	at.do(chromedp.Focus("#skip"), chromedp.KeyEvent("\r"))
	at.until(`document.activeElement.id === 'main' && location.hash === '#/planned'`)
}

func TestGraphIsNavigatedByKeys(t *testing.T) {
	p := open(t)
	arn, err := p.cloud.StartRelease(t.Context(), "keys", "{}")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.cloud.Await(t.Context(), arn); err != nil {
		t.Fatal(err)
	}
	at := newTab(t, browse(t), p.URL+p.console.Ticket(), "tab")
	at.until(`document.querySelector('.graph [data-state="Plan"]')?.dataset.phase === 'succeeded'`)
	at.do(chromedp.Focus(`.graph [data-state="Plan"]`), chromedp.KeyEvent(kb.ArrowDown))
	at.until(`document.activeElement.dataset.state === 'IsNeeded'`)
	at.do(chromedp.KeyEvent(kb.ArrowDown))
	at.until(`document.activeElement.dataset.state === 'Lock'`)
	at.do(chromedp.KeyEvent("\r"))
	at.says("#inspector-title", "Lock")
	at.until(`document.querySelector('.graph [data-state="Lock"]').getAttribute('aria-pressed') === 'true'`)
}
