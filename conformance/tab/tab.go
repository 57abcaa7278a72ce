// Package tab drives a browser for the tests of the console's page.
package tab

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"photogallery/internal/patience"
)

// Start starts the browser that all tabs of a test share.
func Start(t *testing.T) context.Context {
	t.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.Flag("disable-quic", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium has none for root
	}
	allocated, end := chromedp.NewExecAllocator(context.Background(), options...)
	browser, closeBrowser := chromedp.NewContext(allocated)
	t.Cleanup(func() {
		closeBrowser()
		end()
	})
	if _, err := chromedp.Run(browser, chromedp.Title()); err != nil {
		t.Fatalf("the tests of the console need a Chromium (on Debian: apt-get install chromium): %v", err)
	}
	return browser
}

// Tab is one of the browser's. It notes what a page must not do.
type Tab struct {
	*testing.T
	ctx  context.Context
	home string
	name string
}

// Blank returns a wide one that notes nothing.
func Blank(t *testing.T, browser context.Context, home, name string) Tab {
	t.Helper()
	ctx, closeTab := chromedp.NewContext(browser)
	t.Cleanup(closeTab)
	if err := chromedp.Do(ctx); err != nil { // the tab lives as long as this context
		t.Fatal(err)
	}
	at := Tab{t, ctx, home, name}
	at.Screen(1440, 900)
	return at
}

// Open returns a wide one at an address, which must be of the page it is to stay on.
func Open(t *testing.T, browser context.Context, home, name string) Tab {
	t.Helper()
	at := Blank(t, browser, home, name)
	ctx := at.ctx
	console := chromedp.Console(ctx)
	requests := chromedp.Events(ctx, network.RequestWillBeSent)
	at.Do(chromedp.Navigate(home))
	go func() {
		for message, err := range console {
			if err != nil {
				return
			}
			if message.Type == "error" || message.Type == "warning" || message.IsException() {
				t.Errorf("%s: the browser's console says: %s", name, message)
			}
		}
	}()
	go func() {
		for request, err := range requests {
			if err != nil {
				return
			}
			if !strings.HasPrefix(request.Request.URL, home[:strings.LastIndex(home, "/")]) {
				t.Errorf("%s: the page asks for %s", name, request.Request.URL)
			}
		}
	}()
	return at
}

// Do runs steps of the browser.
func (at Tab) Do(steps ...chromedp.Action[chromedp.Void]) {
	at.Helper()
	ctx, cancel := context.WithTimeout(at.ctx, patience.Limit)
	defer cancel()
	if err := chromedp.Do(ctx, steps...); err != nil {
		at.Fatalf("%s: %v\n%s", at.name, err, at.shown())
	}
}

// Until waits until a JavaScript expression holds.
func (at Tab) Until(expression string, arguments ...any) {
	at.Helper()
	expression = fmt.Sprintf(expression, arguments...)
	ctx, cancel := context.WithTimeout(at.ctx, patience.Limit)
	defer cancel()
	if _, err := chromedp.Run(ctx, chromedp.Poll[bool]("Boolean("+expression+")", chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(patience.Limit))); err != nil {
		at.Fatalf("%s: it does not come about that %s: %v\n%s", at.name, expression, err, at.shown())
	}
}

// Says waits until the one element of a selector has the words.
func (at Tab) Says(selector, words string) {
	at.Helper()
	at.Until(`document.querySelector(%s)?.innerText.includes(%s)`, Quoted(selector), Quoted(words))
}

// Comes waits until the one element of a selector has the words, on this page or on one that it leads to.
func (at Tab) Comes(selector, words string) {
	at.Helper()
	expression := fmt.Sprintf(`Boolean(document.querySelector(%s)?.innerText.includes(%s))`, Quoted(selector), Quoted(words))
	ctx, cancel := context.WithTimeout(at.ctx, patience.Limit)
	defer cancel()
	for ctx.Err() == nil {
		// While a page is left there is nothing to ask.
		if has, err := chromedp.Run(ctx, chromedp.Evaluate[bool](expression)); err == nil && has {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	at.Fatalf("%s: %s does not come to say %q\n%s", at.name, selector, words, at.shown())
}

// Text returns the text of all elements of a selector.
func (at Tab) Text(selector string) string {
	at.Helper()
	return Evaluate[string](at, fmt.Sprintf(`[...document.querySelectorAll(%s)].map((e) => e.innerText).join("\n")`, Quoted(selector)))
}

// Evaluate returns the value of a JavaScript expression, of a promise its result.
func Evaluate[R any](at Tab, expression string) R {
	at.Helper()
	ctx, cancel := context.WithTimeout(at.ctx, patience.Limit)
	defer cancel()
	found, err := chromedp.Run(ctx, chromedp.Evaluate[R](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		at.Fatalf("%s: %s: %v", at.name, expression, err)
	}
	return found
}

// Click clicks on the element of a selector.
func (at Tab) Click(selector string) {
	at.Helper()
	at.Do(chromedp.Click(selector))
}

// Write replaces what a field has.
func (at Tab) Write(selector, words string) {
	at.Helper()
	at.Until(`document.querySelector(%s)`, Quoted(selector))
	Evaluate[any](at, fmt.Sprintf(`document.querySelector(%s).value = ""; null`, Quoted(selector)))
	at.Do(chromedp.SendKeys(selector, words))
}

// Look opens one of the views.
func (at Tab) Look(view string) {
	at.Helper()
	at.Click(`#tabs a[data-view="` + view + `"]`)
	at.Until(`document.querySelector('.view.%s')`, view)
}

// shown returns the text of the page, for a failure's message.
func (at Tab) shown() string {
	ctx, cancel := context.WithTimeout(at.ctx, time.Minute)
	defer cancel()
	words, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.body.innerText"))
	if err != nil {
		return err.Error()
	}
	return words
}

// Scheme sets the color scheme, light or dark, and stops animations.
func (at Tab) Scheme(scheme string) {
	at.Helper()
	_, err := chromedp.Call(at.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	if err != nil {
		at.Fatal(err)
	}
}

// Screen sets the size of the window.
func (at Tab) Screen(width, height int64) {
	at.Helper()
	_, err := chromedp.Call(at.ctx, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
	if err != nil {
		at.Fatal(err)
	}
}

// violation is one that axe finds.
type violation struct {
	ID, Impact, Help string
	Nodes            []struct{ HTML, FailureSummary string }
}

// Accessible scans what is shown, in the light and in the dark, wide and on a phone.
func (at Tab) Accessible(what string) {
	at.Helper()
	axe, err := os.ReadFile("../../node_modules/axe-core/axe.min.js")
	if err != nil {
		at.Fatalf("the accessibility scan needs axe-core, which `npm ci` installs: %v", err)
	}
	Evaluate[any](at, string(axe)+"\n; null")
	for _, scheme := range []string{"light", "dark"} {
		for _, width := range []int64{1440, 390} {
			at.Scheme(scheme)
			at.Screen(width, 900)
			found := Evaluate[[]violation](at, `axe.run(document, {resultTypes: ["violations"]}).then((r) => r.violations.map(
				({id, impact, help, nodes}) => ({id, impact, help, nodes: nodes.map(({html, failureSummary}) => ({html, failureSummary}))})))`)
			for _, v := range found {
				at.Errorf("%s, %s, %d wide: %s (%s): %v", what, scheme, width, v.Help, v.Impact, v.Nodes)
			}
		}
	}
	at.Scheme("light")
	at.Screen(1440, 900)
	at.Until("innerWidth === 1440") // a click on what still moves would miss it
}

// Quoted returns a text as a literal of JavaScript.
func Quoted(text string) string {
	encoded, err := json.Marshal(text)
	if err != nil {
		panic(err)
	}
	return string(encoded)
}
