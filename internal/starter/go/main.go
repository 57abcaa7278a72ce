// Program app serves one page on $HOST:$PORT.
package main

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"html/template"
	"log"
	"net"
	"net/http"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// version is set by the build step, from the file VERSION.
var version = "unknown"

//go:embed page.html
var text string

var page = template.Must(template.New("page").Parse(text))

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", home)
	server := &http.Server{
		Addr:    net.JoinHostPort(os.Getenv("HOST"), os.Getenv("PORT")),
		Handler: mux, ReadHeaderTimeout: 10 * time.Second,
	}
	ended := make(chan error, 1)
	go func() {
		<-ctx.Done()
		ended <- server.Shutdown(context.Background())
	}()
	if err := server.ListenAndServe(); !errors.Is(err, http.ErrServerClosed) {
		log.Fatal(err)
	}
	if err := <-ended; err != nil {
		log.Fatal(err)
	}
}

// home shows the greeting, a setting of the app, and which version and instance answer.
func home(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	err := page.Execute(w, struct{ Greeting, Version, Instance string }{
		cmp.Or(os.Getenv("GREETING"), "Hello"), version, cmp.Or(os.Getenv("INSTANCE_ID"), "a builder"),
	})
	if err != nil {
		log.Print(err)
	}
}
