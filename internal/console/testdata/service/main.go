// Command service is the service that the tests release: a page that names its instance. It is
// built without the race detector, which would make it and each image many times as large.
package main

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	asked, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	go func() {
		<-asked.Done()
		os.Exit(0)
	}()
	home := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		fmt.Fprintf(w, "<title>A service</title><footer>%s</footer>", os.Getenv("INSTANCE_ID"))
	})
	fmt.Fprintln(os.Stderr, http.ListenAndServe(os.Getenv("HOST")+":"+os.Getenv("PORT"), home))
	os.Exit(1)
}
