// Package console serves the page of a local cloud: what runs, the fleet, the traffic and the
// alarms, live, with the actions of the command line. All its files are embedded.
package console

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/internal/local/control"
)

// Cloud is the local cloud that a console shows. Its methods may be called from any goroutine.
type Cloud interface {
	Status() environment.Status
	Images() []environment.Image
	// History returns what happened in the environment, newest first.
	History(context.Context) ([]environment.Past, error)
	// Samples returns the samples after a time, oldest first.
	Samples(after time.Time) []environment.Sample
	Terminate(ctx context.Context, instance string) error
	Crash(ctx context.Context, instance string) error
	Log(instance string) (io.ReadSeekCloser, error)
	// LogsOf lists the instances of a release that have a log, also those that are gone.
	LogsOf(release string) ([]string, error)
}

// Executions starts, stops, lists and reads executions; *sfn.Client is one.
type Executions interface {
	execution.FollowAPI
	StartExecution(context.Context, *sfn.StartExecutionInput, ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error)
	StopExecution(context.Context, *sfn.StopExecutionInput, ...func(*sfn.Options)) (*sfn.StopExecutionOutput, error)
}

// Console serves the page. The caller closes it.
type Console struct {
	cloud      Cloud
	executions Executions
	events     execution.EventPutter
	feed       *feed
	keys       *keyring
	load       loader
	closing    context.Context
	close      context.CancelFunc
	running    sync.WaitGroup
	reasons    execution.Reasons // of the feed's list
}

// New returns a console. It calls the cloud only while a page is open.
func New(cloud Cloud, executions Executions, events execution.EventPutter) *Console {
	c := &Console{cloud: cloud, executions: executions, events: events, keys: newKeyring()}
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

// Handler serves the page on a loopback address. It refuses other hosts and other origins. The page
// itself is public; everything below /api/ requires the session that a Ticket opens.
func (c *Console) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /api/live", c.live)
	mux.HandleFunc("GET /api/schemas/{kind}", c.schema)
	mux.HandleFunc("GET /api/drawings/{kind}", c.drawing)
	mux.HandleFunc("GET /api/executions/{kind}/{name}", c.execution)
	mux.HandleFunc("GET /api/executions/{kind}/{name}/events/{id}", c.event)
	mux.HandleFunc("GET /api/executions/release/{name}/logs", c.logsOf)
	mux.HandleFunc("POST /api/executions/{kind}/{name}/stop", c.stop)
	mux.HandleFunc("POST /api/executions/release/{name}/verdict", c.decide)
	mux.HandleFunc("POST /api/executions/{kind}", c.start)
	mux.HandleFunc("POST /api/history/{name}/rollback", c.rollback)
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

// headers make the browser refuse what the page does not need: files of other sites, and frames.
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
