package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"

	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"photogallery/internal/local/control"
	"photogallery/internal/patience"
)

// desk is the widest useful width of the console.
var desk = screen{width: 1440, height: 900, density: 1}

// scene is a view of the console at a moment worth seeing.
type scene struct {
	name, path string // without a name no picture is taken
	before     string // JavaScript that causes the moment
	when       string // JavaScript that reports the moment
	part       string // a selector of what is scrolled to, or "" for the top
}

// scenes follow each other on one cloud.
var scenes = []scene{
	{
		name: "execution", path: "/#/execution",
		before: ask("/api/load", `{"rate": 700, "seconds": 100}`) + ask("/api/executions/release", `{"input": "{\"version\": \"spring photos\", \"rebake\": true, \"ttl\": \"8h\"}"}`),
		when:   `document.querySelector('.graph [data-state="ShiftTraffic"]')?.dataset.phase === 'succeeded'`,
	},
	{
		name: "fleet", path: "/#/fleet", before: ask("/api/load", `{"rate": 1200, "seconds": 100}`),
		when: `document.querySelectorAll('.card[data-health="healthy"]').length === 5`,
	},
	{name: "scaling", path: "/#/scaling", when: `/requests-high/.test(document.querySelector('.log')?.innerText)`},
	{name: "schedule", path: "/#/planned", when: `document.querySelectorAll('.schedules li').length === 3`},
	{
		name: "form", path: "/#/planned", before: `document.querySelector("#open-release").click();`,
		when: `document.querySelector('dialog #field-ttl')`,
	},
	{
		name: "judge", path: "/#/execution", part: ".judge",
		before: ask("/api/load", `{"rate": 400, "seconds": 200}`) + ask("/api/executions/release", `{"input": "{\"version\": \"summer photos\", \"traffic\": [25, 100], \"hold\": \"40m\", \"bakeTime\": \"1m\", \"wait\": true}"}`),
		when:   `document.querySelector('.judge .split span')?.innerText && document.querySelector('.judge .chip').innerText === 'as good' && /25 %/.test(document.querySelector('.judge .split').ariaLabel)`,
	},
	{name: "two-fleets", path: "/#/fleet", when: `document.querySelectorAll('.groups .capacity[data-slot]').length === 2`},
	{
		path: "/#/execution", before: ask("/api/executions/release", `{"input": "{\"version\": \"autumn photos\", \"approval\": true, \"bakeTime\": \"1m\", \"wait\": true}"}`),
		when: `document.querySelector('.graph [data-state="AwaitApproval"]')?.dataset.phase === 'running'`,
	},
	{
		path: "/#/past", before: `const { store } = await import("/store.js"), { post } = await import("/api.js");
			await post("/api/executions/release/" + store.executions.find((one) => one.status === "RUNNING").name + "/verdict", {"verdict": "rollback"});`,
		when: `document.querySelector('.past tr[data-end="FailedClean"]')`,
	},
	{
		path: "/#/past", before: ask("/api/executions/release", `{"input": "{\"version\": \"winter photos\", \"bundle\": \"tools/pictures/shoot/testdata/winter\"}"}`),
		when: `document.querySelectorAll('.past tr[data-end="FailedClean"]').length === 2`,
	},
	{
		name: "history", path: "/#/past", before: `const { store } = await import("/store.js"), { post } = await import("/api.js");
			await post("/api/history/" + store.history.findLast((one) => one.again).name + "/rollback");`,
		when: `document.querySelectorAll('.past tbody tr').length > 5 && document.querySelector('.past tbody tr .reason').hidden === false`,
	},
}

// ask is JavaScript that sends a request to the console's server.
func ask(path, body string) string {
	return fmt.Sprintf("await (await import('/api.js')).post(%q, %s);", path, body)
}

// shootConsole starts a local cloud and takes each scene, wide and on a phone, in the light and in
// the dark.
func shootConsole(ctx context.Context, folder string) error {
	return beside(ctx, bringUp, func(tab context.Context, up control.Endpoint) error {
		address, err := control.NewClient(up).Console(tab)
		if err != nil {
			return err
		}
		if err := openConsole(tab, address); err != nil {
			return err
		}
		if err := os.MkdirAll(folder, 0o755); err != nil { //nolint:gosec // a document
			return err
		}
		for _, s := range scenes {
			if err := s.take(tab, up.Console, folder); err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
		}
		return nil
	})
}

// bringUp runs `gallery up` in a temporary folder until stop is called, and waits for its release.
func bringUp(ctx context.Context) (where control.Endpoint, stop func() error, err error) {
	folder, err := os.MkdirTemp("", "gallery-pictures-")
	if err != nil {
		return where, nil, err
	}
	program := filepath.Join(folder, "gallery")
	if out, err := exec.CommandContext(ctx, "go", "build", "-o", program, "./cmd/gallery").CombinedOutput(); err != nil {
		return where, nil, errors.Join(fmt.Errorf("build gallery: %w\n%s", err, out), os.RemoveAll(folder))
	}
	up := exec.CommandContext(ctx, program, "up", "--data", filepath.Join(folder, "data"), "--address", "127.0.0.1:0", "--console", "127.0.0.1:0",
		"--nightly", "cron(0 20 * * ? *)", "--morning", "cron(0 7 ? * MON-FRI *)")
	up.Cancel = func() error { return up.Process.Signal(syscall.SIGTERM) }
	if err := up.Start(); err != nil {
		return where, nil, errors.Join(err, os.RemoveAll(folder))
	}
	stop = func() error {
		_ = up.Process.Signal(syscall.SIGTERM)
		return errors.Join(up.Wait(), os.RemoveAll(folder))
	}
	for {
		if where, err = control.Find(filepath.Join(folder, "data")); err == nil {
			if status, err := control.NewClient(where).Status(ctx); err == nil && status.Serving != nil {
				return where, stop, nil
			}
		}
		if err := patience.Pause(ctx, 100*time.Millisecond); err != nil {
			return where, nil, errors.Join(err, stop())
		}
	}
}

// take waits for the moment once, and then takes a picture on each screen.
func (s scene) take(tab context.Context, console, folder string) error {
	if err := (shot{screen: desk, scheme: light}).openScreen(tab); err != nil {
		return err
	}
	if err := openConsole(tab, console+s.path); err != nil {
		return err
	}
	if _, err := chromedp.Run(tab, chromedp.Evaluate[any]("(async () => {"+s.before+"})()", chromedp.EvalAwaitPromise)); err != nil {
		return err
	}
	if err := until(tab, s.when); err != nil {
		return err
	}
	if s.name == "" {
		return nil
	}
	for name, on := range map[string]screen{"wide": desk, "phone": phone} {
		for _, scheme := range []string{light, dark} {
			picture, err := capture(tab, shot{screen: on, scheme: scheme}, s.part)
			if err != nil {
				return err
			}
			file := filepath.Join(folder, fmt.Sprintf("%s-%s-%s.png", s.name, name, scheme))
			if err := os.WriteFile(file, picture, 0o644); err != nil { //nolint:gosec // a document
				return err
			}
		}
	}
	return nil
}

// openConsole returns when the page is live.
func openConsole(tab context.Context, address string) error {
	if err := chromedp.Do(tab, chromedp.Navigate("about:blank"), chromedp.Navigate(address)); err != nil {
		return err
	}
	return until(tab, `document.querySelector('[data-is="live"]') && document.querySelector('.view')`)
}

// settled is JavaScript that waits until charts have taken the colors and the width.
const settled = `new Promise((done) => setTimeout(() => requestAnimationFrame(() => requestAnimationFrame(() => done(null))), 300))`

func capture(tab context.Context, s shot, part string) ([]byte, error) {
	if err := s.openScreen(tab); err != nil {
		return nil, err
	}
	if err := until(tab, fmt.Sprintf("innerWidth === %d", s.screen.width)); err != nil {
		return nil, err
	}
	if _, err := chromedp.Run(tab, chromedp.Evaluate[any](settled, chromedp.EvalAwaitPromise)); err != nil {
		return nil, err
	}
	if part != "" {
		if _, err := chromedp.Run(tab, chromedp.Evaluate[any](fmt.Sprintf("document.querySelector(%q).scrollIntoView({block: 'center'})", part))); err != nil {
			return nil, err
		}
	}
	picture, err := chromedp.Call(tab, page.CaptureScreenshot, page.CaptureScreenshotParams{})
	return picture.Data, err
}

func until(tab context.Context, expression string) error {
	_, err := chromedp.Run(tab, chromedp.Poll[bool]("Boolean("+expression+")", chromedp.WithPollingInterval(100*time.Millisecond), chromedp.WithPollingTimeout(patience.Limit)))
	return err
}
