// Command photogallery is one instance of the gallery: what a bundle ships. It
// takes its settings from the environment (see app.ConfigFromEnv), serves until
// SIGTERM or SIGINT, then drains and stops. It exits 2 for wrong settings and
// 1 for any other failure.
package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"photogallery/gallery-ami/app"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	defer stop()
	if err := run(ctx); err != nil {
		fmt.Fprintln(os.Stderr, err)
		var known *app.Error
		if errors.As(err, &known) && known.Code == app.InvalidConfig {
			os.Exit(2)
		}
		os.Exit(1)
	}
}

func run(ctx context.Context) error {
	config, err := app.ConfigFromEnv(os.Getenv)
	if err != nil {
		return err
	}
	config.Logger = slog.New(slog.NewJSONHandler(os.Stdout, nil))
	server, err := app.New(ctx, config)
	if err != nil {
		return err
	}
	return errors.Join(server.Run(ctx), server.Close())
}
