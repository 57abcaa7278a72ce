// Command gallery releases a web app and tears it down again, on one machine with `gallery up` as
// on AWS.
package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"

	"photogallery/gallery-ami/app"
	"photogallery/internal/local/process"
)

// The machines of a local cloud call this program by two other names: systemctl, and the gallery's
// server.
func main() {
	if status, called := process.Shim(os.Args); called {
		os.Exit(status)
	}
	if app.Called(os.Args) {
		os.Exit(app.Main())
	}
	signals := []os.Signal{os.Interrupt, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		signals = append(signals, syscall.SIGHUP) // its terminal was closed; nohup keeps it running
	}
	ctx, stop := signal.NotifyContext(context.Background(), signals...)
	defer stop()
	os.Exit(run(ctx, os.Args[1:], os.Stdout, os.Stderr))
}
