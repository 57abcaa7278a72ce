// Package console is the page of a local cloud: what runs, the fleet, the traffic and the alarms, live,
// and the same actions as on the command line. Everything that it shows is embedded.
package console

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/environment"
	"photogallery/internal/local/control"
)

// Cloud is the local cloud that a console shows. Its methods may be called from any goroutine.
type Cloud interface {
	Status() environment.Status
	Images() []environment.Image
	// Samples returns those later than after, oldest first.
	Samples(after time.Time) []environment.Sample
	Terminate(ctx context.Context, instance string) error
	Crash(ctx context.Context, instance string) error
	Log(instance string) (io.ReadSeekCloser, error)
}

// Executions starts, stops, lists and reads executions; *sfn.Client is one.
type Executions interface {
	sfn.GetExecutionHistoryAPIClient
	sfn.ListExecutionsAPIClient
	StartExecution(context.Context, *sfn.StartExecutionInput, ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error)
	StopExecution(context.Context, *sfn.StopExecutionInput, ...func(*sfn.Options)) (*sfn.StopExecutionOutput, error)
}

// Console serves the page. Close it at the end.
type Console struct {
	cloud      Cloud
	executions Executions
	feed       *feed
	keys       *keyring
	load       loader
	closing    context.Context
	close      context.CancelFunc
	running    sync.WaitGroup
}

// New makes a console; it asks nothing of the cloud before somebody looks.
func New(cloud Cloud, executions Executions) *Console {
	c := &Console{cloud: cloud, executions: executions, keys: newKeyring()}
	c.closing, c.close = context.WithCancel(context.Background())
	c.feed = &feed{console: c, subscribers: map[chan []byte]bool{}, runs: map[string]*followed{}}
	return c
}

// Close ends the streams and the load, and waits for them.
func (c *Console) Close() {
	c.close()
	c.load.stop()
	c.running.Wait()
}

// Handler serves the page on an address of loopback. It answers no other host and no other origin. The page
// itself is no secret; all below /api/ is answered to those alone that came with a Ticket.
func (c *Console) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/live", c.live)
	mux.HandleFunc("GET /api/schemas/{kind}", c.schema)
	mux.HandleFunc("GET /api/drawings/{kind}", c.drawing)
	mux.HandleFunc("GET /api/executions/{kind}/{name}", c.execution)
	mux.HandleFunc("GET /api/executions/{kind}/{name}/events/{id}", c.event)
	mux.HandleFunc("POST /api/executions/{kind}/{name}/stop", c.stop)
	mux.HandleFunc("POST /api/executions/{kind}", c.start)
	mux.HandleFunc("POST /api/checks/{kind}", c.check)
	mux.HandleFunc("POST /api/checks/load", c.checkLoad)
	mux.HandleFunc("POST /api/instances/{id}/terminate", c.onInstance(c.cloud.Terminate))
	mux.HandleFunc("POST /api/instances/{id}/crash", c.onInstance(c.cloud.Crash))
	mux.HandleFunc("GET /api/instances/{id}/log", c.log)
	mux.HandleFunc("POST /api/load", c.startLoad)
	mux.HandleFunc("DELETE /api/load", c.stopLoad)
	all := http.NewServeMux()
	all.HandleFunc("POST /api/session", c.keys.open)
	all.Handle("/api/", c.keys.lock(mux))
	all.Handle("/", pages())
	return control.Guard(headers(all))
}

// headers forbid the browser everything that the page does not need: what is not its own, and being
// shown inside another page.
func headers(next http.Handler) http.Handler {
	const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; worker-src 'self'; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types worker"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, value := range map[string]string{
			"Content-Security-Policy": policy, "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
			"Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin", "X-Frame-Options": "DENY",
		} {
			w.Header().Set(name, value)
		}
		next.ServeHTTP(w, r)
	})
}
