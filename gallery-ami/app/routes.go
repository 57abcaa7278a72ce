package app

import (
	"encoding/json"
	"maps"
	"net/http"
	"strings"
)

// The policy allows nothing inline and nothing from other sites.
var securityHeaders = http.Header{
	"Content-Security-Policy": {"default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; " +
		"connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"},
	"X-Content-Type-Options":       {"nosniff"},
	"Referrer-Policy":              {"same-origin"},
	"Cross-Origin-Opener-Policy":   {"same-origin"},
	"Cross-Origin-Resource-Policy": {"same-origin"},
}

func (s *Server) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", s.index)
	mux.HandleFunc("GET /view/{id}", s.view)
	mux.HandleFunc("POST /view/{id}/delete", s.delete)
	mux.HandleFunc("GET /photos/{file}", s.serveMedia)
	mux.HandleFunc("GET /thumbs/{file}", s.serveMedia)
	mux.HandleFunc("GET /upload", s.uploadPage)
	mux.HandleFunc("POST /upload", s.upload)
	mux.HandleFunc("GET /login", s.loginPage)
	mux.HandleFunc("POST /login", s.login)
	mux.HandleFunc("POST /logout", s.logout)
	mux.HandleFunc("GET /healthz", s.healthz)
	mux.HandleFunc("GET /static/{version}/{file}", s.assets.serve)
	mux.HandleFunc("/", s.notFound)

	sameOrigin := http.NewCrossOriginProtection()
	sameOrigin.SetDenyHandler(http.HandlerFunc(s.crossOrigin))
	protected := sameOrigin.Handler(mux)
	if s.config.RefuseNames {
		protected = s.unnamed(protected)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maps.Copy(w.Header(), securityHeaders)
		protected.ServeHTTP(w, r)
	})
}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, &Error{Code: NotFound, Message: "There is nothing at this address. It may have been deleted, or the link is incomplete."})
}

func (s *Server) crossOrigin(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, &Error{Code: CrossOrigin, Message: "This request came from another site, so it was refused. Open the gallery itself and try again."})
}

// fail answers with an error in the client's form: JSON or a page. Successful requests are not
// logged, especially not health checks; the load balancer has its access log.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, err error) {
	known := problem(err)
	status := known.status()
	if status >= http.StatusInternalServerError {
		s.log.Error("request failed", "method", r.Method, "path", r.URL.Path, "status", status, "code", known.Code, "error", err.Error())
		w.Header().Set("Retry-After", "5")
	}
	if wantsJSON(r) {
		s.answerJSON(w, status, map[string]any{"error": refusal{Code: known.Code, Message: known.Message}})
		return
	}
	s.show(w, r, status, "error", known)
}

func (s *Server) answerJSON(w http.ResponseWriter, status int, answer any) {
	content, err := json.Marshal(answer)
	if err != nil {
		panic(err) // answers are plain structures
	}
	s.answer(w, status, "application/json", content)
}

// wantsJSON distinguishes programs from people.
func wantsJSON(r *http.Request) bool {
	_, bearer := bearerKey(r)
	return bearer || strings.Contains(r.Header.Get("Accept"), "application/json")
}

func bearerKey(r *http.Request) (key string, found bool) {
	return strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
}
