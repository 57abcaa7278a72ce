package console_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"photogallery/conformance/tab"
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
	at := tab.Blank(t, tab.Start(t), server.URL, "tab") // its console will tell of refused connections
	at.Do(chromedp.Navigate(server.URL + p.console.Ticket()))
	at.Says("#connection", "Live")
	at.Until(`document.querySelector('#lost').hidden`)
	end()
	at.Says("#connection", "Connection lost")
	at.Says("#lost", "does not answer")
	if _, err := p.cloud.StartRelease(t.Context(), "meanwhile", "{}"); err != nil {
		t.Fatal(err)
	}
	_, end = serveAt(t, server.Listener.Addr().String(), p.console)
	at.Says("#connection", "Live")
	at.Until(`document.querySelector('#lost').hidden`)
	at.Says(".runs", "meanwhile")

	end() // and another `gallery up` takes its place
	next := console.New(p.cloud.options())
	_, end = serveAt(t, server.Listener.Addr().String(), next)
	t.Cleanup(func() {
		next.Close()
		end()
	})
	at.Says("#connection", "Locked")
	at.Says("#lost", "gallery status")
	at.Do(chromedp.Navigate("about:blank"), chromedp.Navigate(server.URL+next.Ticket()))
	at.Says("#connection", "Live")
	at.Until(`document.querySelector('#lost').hidden && location.hash === ''`)
}

func TestLostCredentialsAreShownUntilTheyAreGood(t *testing.T) {
	p := open(t)
	at := tab.Open(t, tab.Start(t), p.URL+p.console.Ticket(), "tab")
	at.Says("#connection", "Live")
	at.Says("#serving", "Nothing serves")
	p.cloud.denied.Store(true)
	at.Says("#connection", "Out of date")
	at.Says("#trouble", "Your AWS credentials have expired: sign in again. The console asks again by itself.")
	at.Until(`document.body.classList.contains('stale') && document.querySelector('#serving').innerText === 'Nothing serves'`)
	at.Accessible("lost credentials")
	p.cloud.denied.Store(false)
	at.Says("#connection", "Live")
	at.Until(`document.querySelector('#trouble').hidden && !document.body.classList.contains('stale')`)
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
	at := tab.Open(t, tab.Start(t), silent.URL+p.console.Ticket(), "tab")
	at.Click(`#tabs [data-view="planned"]`)
	at.Until(`document.querySelector('#tabs [aria-current]')?.dataset.view === 'planned'`)
	if words := at.Text("main"); words != "Looking at the environment…" {
		t.Errorf("the page says %q", words)
	}
	at.Do(chromedp.Focus("#skip"), chromedp.KeyEvent("\r"))
	at.Until(`document.activeElement.id === 'main' && location.hash === '#/planned'`)
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
	at := tab.Open(t, tab.Start(t), p.URL+p.console.Ticket(), "tab")
	at.Until(`document.querySelector('.graph [data-state="Plan"]')?.dataset.phase === 'succeeded'`)
	at.Do(chromedp.Focus(`.graph [data-state="Plan"]`), chromedp.KeyEvent(kb.ArrowDown))
	at.Until(`document.activeElement.dataset.state === 'IsNeeded'`)
	at.Do(chromedp.KeyEvent(kb.ArrowDown))
	at.Until(`document.activeElement.dataset.state === 'Lock'`)
	at.Do(chromedp.KeyEvent("\r"))
	at.Says("#inspector-title", "Lock")
	at.Until(`document.querySelector('.graph [data-state="Lock"]').getAttribute('aria-pressed') === 'true'`)
}
