package console

import (
	"context"
	"net/http"

	"photogallery/internal/local/control"
	"photogallery/release"
)

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
	mux.HandleFunc("GET /api/instances/{id}/log", c.log)
	for pattern, act := range map[string]http.HandlerFunc{
		"POST /api/executions/{kind}/{name}/stop":     c.stop,
		"POST /api/executions/release/{name}/verdict": c.decide,
		"POST /api/executions/{kind}":                 c.start,
		"POST /api/history/{name}/rollback":           c.rollback,
		"POST /api/checks/{kind}":                     c.check,
		"POST /api/checks/load":                       c.checkLoad,
		"POST /api/instances/{id}/terminate":          c.onInstance(c.Cloud.Terminate),
		"POST /api/instances/{id}/crash":              c.onlyLocal(c.onInstance(c.crash)),
		"POST /api/load":                              c.onlyLocal(c.startLoad),
		"DELETE /api/load":                            c.onlyLocal(c.stopLoad),
	} {
		mux.HandleFunc(pattern, c.acting(act))
	}
	all := http.NewServeMux()
	all.HandleFunc("POST /api/session", c.keys.open)
	all.Handle("/api/", c.keys.lock(mux))
	all.Handle("/", pages())
	return control.Guard(headers(all))
}

// acting refuses an action if the console is read-only.
func (c *Console) acting(act http.HandlerFunc) http.HandlerFunc {
	if !c.ReadOnly {
		return act
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		control.Refuse(w, release.Errorf(release.AccessDenied, "this console is read-only: start one without --read-only, or use the command line"))
	}
}

// onlyLocal refuses what would be done to real instances, and by a person's own machine.
func (c *Console) onlyLocal(act http.HandlerFunc) http.HandlerFunc {
	if c.isLocal() {
		return act
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		control.Refuse(w, release.Errorf(release.InvalidRequest, "crashes and load are only for a local cloud: `gallery up` starts one"))
	}
}

func (c *Console) crash(ctx context.Context, instance string) error { return c.Crash(ctx, instance) }

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
