package app

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"fmt"
	"html/template"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"
	"sync"
)

// maxPages limits the memory of rendered index pages.
const maxPages = 64

//go:embed web
var web embed.FS

var templates = parseTemplates("index", "view", "upload", "login", "error")

func parseTemplates(names ...string) map[string]*template.Template {
	layout := template.Must(template.New("layout.html").Funcs(template.FuncMap{"statusText": http.StatusText, "millions": millions}).ParseFS(web, "web/layout.html"))
	pages := map[string]*template.Template{}
	for _, name := range names {
		pages[name] = template.Must(template.Must(layout.Clone()).ParseFS(web, "web/"+name+".html"))
	}
	return pages
}

// page is the data of every template.
type page struct {
	Name     string
	Config   Config
	SignedIn bool
	Status   int
	Assets   string
	Page     any
}

func (s *Server) render(name string, signedIn bool, status int, data any) []byte {
	var out bytes.Buffer
	if err := templates[name].Execute(&out, page{name, s.config, signedIn, status, s.assets.version, data}); err != nil {
		panic(err) // templates and their data are our own
	}
	return out.Bytes()
}

// show answers with a page for this visitor only.
func (s *Server) show(w http.ResponseWriter, r *http.Request, status int, name string, data any) {
	s.answer(w, status, "text/html; charset=utf-8", s.render(name, s.signedIn(r), status, data))
}

func (s *Server) answer(w http.ResponseWriter, status int, contentType string, content []byte) {
	header := w.Header()
	header.Set("Content-Type", contentType)
	header.Set("Content-Length", strconv.Itoa(len(content)))
	header.Set("Cache-Control", "no-store")
	if status == http.StatusUnauthorized {
		header.Set("WWW-Authenticate", "Bearer")
	}
	w.WriteHeader(status)
	_, _ = w.Write(content) // fails only if the visitor has left
}

// ready is an answer that only needs sending: plain, compressed and tagged.
type ready struct {
	plain, gzipped []byte
	tag, zipTag    string
	contentType    string
}

func newReady(content []byte, contentType string) *ready {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	_, _ = zip.Write(content) // a bytes.Buffer accepts everything
	_ = zip.Close()
	hash := fmt.Sprintf("%x", sha256.Sum256(content))[:20]
	return &ready{content, out.Bytes(), `"` + hash + `"`, `"` + hash + `-gz"`, contentType}
}

func (a *ready) serve(w http.ResponseWriter, r *http.Request, cacheable string) {
	content, tag, header := a.plain, a.tag, w.Header()
	if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
		content, tag = a.gzipped, a.zipTag
		header["Content-Encoding"] = []string{"gzip"}
	}
	header["Content-Type"] = []string{a.contentType}
	header["Cache-Control"] = []string{cacheable}
	header["Vary"] = []string{"Accept-Encoding, Cookie"}
	header["Etag"] = []string{tag}
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	header["Content-Length"] = []string{strconv.Itoa(len(content))}
	_, _ = w.Write(content) // fails only if the visitor has left
}

// pageCache keeps the rendered index pages of one version of the list.
type pageCache struct {
	mu      sync.Mutex
	version uint64
	pages   map[pageKey]*ready
}

type pageKey struct {
	number          int
	signedIn, stale bool
}

func (c *pageCache) get(key pageKey, version uint64, render func() []byte) *ready {
	c.mu.Lock()
	defer c.mu.Unlock()
	if version != c.version || len(c.pages) >= maxPages {
		c.version = version
		clear(c.pages)
	}
	if c.pages[key] == nil {
		c.pages[key] = newReady(render(), "text/html; charset=utf-8")
	}
	return c.pages[key]
}

// assets are the style sheet, script and icon. Their addresses contain a version, so that browsers
// may keep them forever.
type assets struct {
	version string
	files   map[string]*ready
}

func loadAssets() assets {
	files, all := map[string]*ready{}, sha256.New()
	for _, name := range []string{"style.css", "gallery.js", "icon.svg"} {
		content, err := web.ReadFile("web/" + name)
		if err != nil {
			panic(err) // the program was built without its files
		}
		if name == "style.css" {
			content = append(content, shapes()...)
		}
		_, _ = all.Write(content)
		files[name] = newReady(content, mime.TypeByExtension(path.Ext(name)))
	}
	return assets{fmt.Sprintf("%x", all.Sum(nil))[:12], files}
}

// serve answers with this release's file for any version: during a roll-out a page of one instance
// asks another instance for its style.
func (a assets) serve(w http.ResponseWriter, r *http.Request) {
	file, found := a.files[r.PathValue("file")]
	switch {
	case !found:
		http.NotFound(w, r)
	case r.PathValue("version") == a.version:
		file.serve(w, r, immutable)
	default:
		file.serve(w, r, "no-cache")
	}
}
