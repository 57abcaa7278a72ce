package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"path/filepath"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"photogallery/gallery-ami/app"
	"photogallery/internal/patience"
)

const key = "a key for these pictures alone"

// shoot runs the gallery, takes the shots and writes them into folder.
func shoot(ctx context.Context, folder string, shots []shot) error {
	return beside(ctx, serve, func(tab context.Context, gallery string) error {
		for _, s := range shots {
			picture, err := s.take(tab, gallery)
			if err != nil {
				return fmt.Errorf("%s: %w", s.name, err)
			}
			if err := os.WriteFile(filepath.Join(folder, s.name+".png"), picture, 0o644); err != nil { //nolint:gosec // a document
				return err
			}
		}
		return nil
	})
}

// beside uses a browser's tab while serve runs.
func beside[Served any](ctx context.Context, serve func(context.Context) (Served, func() error, error), use func(context.Context, Served) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, patience.Limit)
	defer cancel()
	served, stop, err := serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	tab, closeTab, err := browse(ctx)
	if err != nil {
		return err
	}
	defer closeTab()
	return use(tab, served)
}

// browse opens a tab in a browser of its own.
func browse(ctx context.Context) (tab context.Context, end func(), err error) {
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.Flag("disable-quic", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium has none for root
	}
	browser, closeBrowser := chromedp.NewExecAllocator(ctx, options...)
	tab, closeTab := chromedp.NewContext(browser)
	end = func() {
		closeTab()
		closeBrowser()
	}
	if _, err := chromedp.Run(tab, chromedp.Title()); err != nil {
		end()
		return nil, nil, fmt.Errorf("a headless Chromium is needed (on Debian: apt-get install chromium): %w", err)
	}
	return tab, end, nil
}

// serve runs one instance with the sample photos until stop is called.
func serve(ctx context.Context) (url string, stop func() error, err error) {
	server, err := app.New(ctx, app.Config{
		Address: "127.0.0.1:0", Storage: "mem://", Samples: true, AllowUpload: true, UploadKey: key,
		Instance: "i-0c41d9e27ab35f608", Zone: "eu-central-1a", Release: "release-20261125-075325.827",
		Logger: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return "", nil, err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, errors.Join(err, server.Close())
	}
	serving, end := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(serving, listener) }()
	return "http://" + listener.Addr().String(), func() error {
		end()
		return errors.Join(<-ended, server.Close())
	}, nil
}

// take returns the shot as a PNG.
func (s shot) take(tab context.Context, gallery string) ([]byte, error) {
	if err := s.openScreen(tab); err != nil {
		return nil, err
	}
	steps := []chromedp.Action[chromedp.Void]{}
	if s.signedIn {
		steps = append(steps, signIn(gallery))
	}
	steps = append(steps, chromedp.Navigate(gallery+s.path))
	if s.click != "" {
		steps = append(steps, chromedp.Click(s.click), chromedp.WaitVisible("figure img"))
	}
	if err := chromedp.Do(tab, steps...); err != nil {
		return nil, err
	}
	if _, err := chromedp.Run(tab, chromedp.Poll[bool]("[...document.images].every((image) => image.complete)")); err != nil {
		return nil, err
	}
	picture, err := chromedp.Call(tab, page.CaptureScreenshot, page.CaptureScreenshotParams{})
	return picture.Data, err
}

func (s shot) openScreen(tab context.Context) error {
	_, err := chromedp.Call(tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: s.screen.width, Height: s.screen.height, DeviceScaleFactor: s.screen.density, Mobile: s.screen.touch,
	})
	if err != nil {
		return err
	}
	_, err = chromedp.Call(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
		{Name: "prefers-color-scheme", Value: s.scheme},
		{Name: "prefers-reduced-motion", Value: "reduce"},
	}})
	return err
}

// signIn signs out first, because the page of a visitor who is signed in has no form.
func signIn(gallery string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(
		chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			_, err := chromedp.Call(ctx, network.ClearBrowserCookies, cdp.Empty{})
			return err
		}),
		chromedp.Navigate(gallery+"/login"),
		chromedp.SendKeys("#key", key),
		chromedp.Submit("#key"),
		chromedp.WaitVisible("#upload"),
	)
}
