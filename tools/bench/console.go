//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	gopsutil "github.com/shirou/gopsutil/v4/process"

	"photogallery/internal/console"
	"photogallery/internal/local/control"
	"photogallery/internal/patience"
)

const (
	tabs   = 5
	paints = 5
	watch  = 10 * time.Second // how long the processor is watched
)

// benchConsole measures what the console's page costs `gallery up`, and how soon and how smoothly a
// browser draws it, with the program that benchUp has built.
func benchConsole(ctx context.Context, folder string) (err error) {
	up, where, err := bringUp(ctx, filepath.Join(folder, "gallery"), filepath.Join(folder, "data"))
	if err != nil {
		return err
	}
	defer func() {
		_ = up.Process.Signal(syscall.SIGTERM)
		err = errors.Join(err, up.Wait())
	}()
	fmt.Printf("\n| the console | |\n|---|---|\n| the page, compressed | %.0f kB |\n", float64(console.Weight())/1e3)
	browser, closeBrowser, err := browse(ctx)
	if err != nil {
		return err
	}
	defer closeBrowser()
	if err := enter(ctx, browser, where); err != nil {
		return err
	}
	if err := tellPaint(browser, where.Console); err != nil {
		return err
	}
	if err := tellCost(up.Process.Pid, "no page open"); err != nil {
		return err
	}
	for opened := range tabs {
		tab, _ := chromedp.NewContext(browser) // closed with the browser
		if err := open(tab, where.Console+"/#/execution"); err != nil {
			return err
		}
		if opened == 0 { // a headless browser draws every tab, a person's only the one in front
			if err := tellFrames(tab); err != nil {
				return err
			}
		}
	}
	return tellCost(up.Process.Pid, fmt.Sprintf("%d tabs open", tabs))
}

// bringUp returns when the first release serves.
func bringUp(ctx context.Context, program, data string) (up *exec.Cmd, where control.Endpoint, err error) {
	up = exec.CommandContext(ctx, program, "up", "--data", data, "--address", "127.0.0.1:0", "--console", "127.0.0.1:0")
	up.Cancel = func() error { return up.Process.Signal(syscall.SIGTERM) }
	if err := up.Start(); err != nil {
		return nil, where, err
	}
	if where, err = awaitEndpoint(ctx, data, up.Process.Pid); err == nil {
		err = answers(ctx, where.Gallery+"/")
	}
	if err != nil {
		_ = up.Process.Signal(syscall.SIGTERM)
		return nil, where, errors.Join(err, up.Wait())
	}
	return up, where, nil
}

func browse(ctx context.Context) (browser context.Context, end func(), err error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.Flag("disable-quic", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium has none for root
	}
	allocated, end := chromedp.NewExecAllocator(ctx, options...)
	browser, _ = chromedp.NewContext(allocated)
	if _, err := chromedp.Run(browser, chromedp.Title()); err != nil {
		end()
		return nil, nil, fmt.Errorf("a headless Chromium is needed (on Debian: apt-get install chromium): %w", err)
	}
	return browser, end, nil
}

// enter gives the browser the console's session.
func enter(ctx, browser context.Context, where control.Endpoint) error {
	address, err := control.NewClient(where).Console(ctx)
	if err != nil {
		return err
	}
	tab, closeTab := chromedp.NewContext(browser)
	defer closeTab()
	return open(tab, address)
}

// open returns when the page is live.
func open(tab context.Context, url string) error {
	if err := chromedp.Do(tab); err != nil {
		return err
	}
	if _, err := chromedp.Call(tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: 1440, Height: 900, DeviceScaleFactor: 1}); err != nil {
		return err
	}
	if err := chromedp.Do(tab, chromedp.Navigate(url)); err != nil {
		return err
	}
	return until(tab, `document.querySelector('[data-is="live"]') && document.querySelector('.graph')`)
}

func until(tab context.Context, expression string) error {
	_, err := chromedp.Run(tab, chromedp.Poll[bool]("Boolean("+expression+")", chromedp.WithPollingInterval(50*time.Millisecond), chromedp.WithPollingTimeout(patience.Limit)))
	return err
}

// tellPaint opens the page anew each time, without a cache.
func tellPaint(browser context.Context, url string) error {
	var firsts []float64
	for range paints {
		tab, closeTab := chromedp.NewContext(browser)
		err := open(tab, url)
		if err == nil {
			var first float64
			first, err = chromedp.Run(tab, chromedp.Evaluate[float64](`performance.getEntriesByName("first-contentful-paint")[0].startTime`))
			firsts = append(firsts, first)
		}
		closeTab()
		if err != nil {
			return err
		}
	}
	slices.Sort(firsts)
	fmt.Printf("| first contentful paint, median of %d | %.0f ms |\n", paints, firsts[paints/2])
	return nil
}

// tellCost watches the process while nothing happens in the cloud.
func tellCost(pid int, when string) error {
	process, err := gopsutil.NewProcess(int32(pid))
	if err != nil {
		return err
	}
	before, err := process.Times()
	if err != nil {
		return err
	}
	time.Sleep(watch)
	after, err := process.Times()
	if err != nil {
		return err
	}
	used := after.User + after.System - before.User - before.System
	fmt.Printf("| `gallery up` with %s | %s; %.1f %% of one processor |\n", when, memory(pid), used/watch.Seconds()*100)
	return nil
}

// frames watches how long the page's frames take, from now on.
const frames = `window.slow = []; window.tasks = []; let last = performance.now();
	requestAnimationFrame(function frame(now) { window.slow.push(now - last); last = now; requestAnimationFrame(frame); });
	new PerformanceObserver((list) => list.getEntries().forEach((task) => window.tasks.push(task.duration))).observe({type: "longtask"}); null`

// tellFrames watches a release with some five hundred events drawn.
func tellFrames(tab context.Context) error {
	for _, step := range []string{frames, `import("/api.js").then(({post}) => post("/api/executions/release", {name: "frames", input: JSON.stringify({rebake: true})})).then(() => { location.hash = "#/execution/release/frames"; return null; })`} {
		if _, err := chromedp.Run(tab, chromedp.Evaluate[any](step, chromedp.EvalAwaitPromise)); err != nil {
			return err
		}
	}
	if err := until(tab, `document.querySelector('.runs [aria-current] .run-name')?.innerText === "frames" && document.querySelector('.runs [aria-current] .dot').dataset.status === "SUCCEEDED"`); err != nil {
		return err
	}
	told, err := chromedp.Run(tab, chromedp.Evaluate[struct {
		Events        string
		Median, Slow  float64
		Tasks         int
		LongestOfTask float64
	}](`(() => { const all = window.slow.sort((a, b) => a - b); return {Events: document.querySelector(".history .quiet").innerText,
		Median: all[Math.floor(all.length / 2)], Slow: all[Math.floor(all.length * 0.99)], Tasks: window.tasks.length, LongestOfTask: Math.max(0, ...window.tasks)}; })()`))
	if err != nil {
		return err
	}
	fmt.Printf("| a release of %s drawn live | a frame in %.0f ms, 99 of 100 within %.0f ms; %d tasks longer than 50 ms, the longest %.0f ms |\n",
		told.Events, told.Median, told.Slow, told.Tasks, told.LongestOfTask)
	return nil
}
