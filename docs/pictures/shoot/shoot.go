package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"

	"photogallery/gallery-ami/app"
)

const (
	timeout = 2 * time.Minute
	quality = 82 // of a JPEG: photographs, in a tenth of what a PNG takes
	key     = "a key for these pictures alone"
)

// shoot runs the gallery, takes the shots and writes them into folder.
func shoot(ctx context.Context, folder string, shots []shot) (err error) {
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	gallery, stop, err := serve(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stop()) }()
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.Flag("disable-quic", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox) // Chromium has none for root
	}
	browser, closeBrowser := chromedp.NewExecAllocator(ctx, options...)
	defer closeBrowser()
	tab, closeTab := chromedp.NewContext(browser)
	defer closeTab()
	if err := chromedp.Run(tab, signIn(gallery)); err != nil {
		return fmt.Errorf("a headless Chromium is needed (on Debian: apt-get install chromium): %w", err)
	}
	for _, s := range shots {
		var picture []byte
		if err := chromedp.Run(tab, s.take(gallery, &picture)); err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		if err := os.WriteFile(filepath.Join(folder, s.name+".jpg"), picture, 0o644); err != nil { //nolint:gosec // a document
			return err
		}
	}
	return nil
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

func signIn(gallery string) chromedp.Tasks {
	return chromedp.Tasks{
		chromedp.Navigate(gallery + "/login"),
		chromedp.SendKeys("#key", key),
		chromedp.Submit("#key"),
		chromedp.WaitVisible("#upload"),
	}
}

// take leaves the shot in picture, as a JPEG.
func (s shot) take(gallery string, picture *[]byte) chromedp.Tasks {
	return chromedp.Tasks{
		emulation.SetDeviceMetricsOverride(s.width, s.height, s.density, s.width == phone.width),
		emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: s.scheme},
			{Name: "prefers-reduced-motion", Value: "reduce"},
		}),
		chromedp.ActionFunc(func(ctx context.Context) error {
			if s.visitor {
				return clearCookies(ctx)
			}
			return nil
		}),
		chromedp.Navigate(gallery + s.path),
	}
}
