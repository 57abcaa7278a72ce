package console

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

// web holds the page. Its scripts run without a build.
//
//go:embed web
var web embed.FS

// file is a file of the page, compressed once.
type file struct {
	kind, tag     string
	plain, packed []byte
}

var files = sync.OnceValue(func() map[string]file {
	all := map[string]file{}
	err := fs.WalkDir(web, "web", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := web.ReadFile(name)
		if err != nil {
			return err
		}
		one, err := pack(name, content)
		all[strings.TrimPrefix(name, "web")] = one
		return err
	})
	if err != nil {
		panic(err) // they are part of the program
	}
	all["/"] = all["/index.html"]
	return all
})

var kinds = map[string]string{
	".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
	".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
}

func pack(name string, content []byte) (file, error) {
	var packed bytes.Buffer
	compressed, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return file{}, err
	}
	_, err = compressed.Write(content)
	err = errors.Join(err, compressed.Close())
	sum := sha256.Sum256(content)
	return file{kind: kinds[path.Ext(name)], tag: `"` + hex.EncodeToString(sum[:12]) + `"`, plain: content, packed: packed.Bytes()}, err
}

// pages serves the files. A browser revalidates each time, because another program may use the
// address tomorrow.
func pages() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead {
			http.Error(w, "A page is only read.", http.StatusMethodNotAllowed)
			return
		}
		one, known := files()[r.URL.Path]
		if !known {
			http.Error(w, "There is no such page: the console is at /.", http.StatusNotFound)
			return
		}
		header := w.Header()
		header.Set("Content-Type", one.kind)
		header.Set("ETag", one.tag)
		header.Set("Cache-Control", "no-cache")
		header.Set("Vary", "Accept-Encoding")
		if r.Header.Get("If-None-Match") == one.tag {
			w.WriteHeader(http.StatusNotModified)
			return
		}
		content := one.plain
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			header.Set("Content-Encoding", "gzip")
			content = one.packed
		}
		_, _ = w.Write(content) // the client may have hung up
	})
}

// Weight returns the compressed size of the whole page in bytes.
func Weight() (bytes int) {
	for path, one := range files() {
		if path != "/" {
			bytes += len(one.packed)
		}
	}
	return bytes
}
