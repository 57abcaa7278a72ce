package app

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"log/slog"
	"mime/multipart"
	"net"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"gocloud.dev/blob/memblob"
)

const testKey = "a key of enough length"

func startServer(t *testing.T, config Config) *Server {
	t.Helper()
	if config.Storage == "" && config.Bucket == nil {
		config.Storage = "mem://"
	}
	if config.Logger == nil {
		config.Logger = slog.New(slog.DiscardHandler)
	}
	config.Address = "127.0.0.1:0"
	config.AllowUpload, config.UploadKey = true, testKey
	s, err := New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// ask sends a request straight to the handler; headers are name, value pairs.
func ask(t *testing.T, s *Server, method, target string, body io.Reader, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, target, body)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

type upload struct {
	name    string
	content []byte
}

func sendFiles(t *testing.T, s *Server, key string, files ...upload) (int, uploadResult, refusal) {
	t.Helper()
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	for _, file := range files {
		part, err := form.CreateFormFile("photos", file.name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(file.content); err != nil {
			t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		t.Fatal(err)
	}
	w := ask(t, s, "POST", "/upload", &body, "Content-Type", form.FormDataContentType(), "Authorization", "Bearer "+key)
	var answer struct {
		uploadResult
		Error refusal
	}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("answer %q: %v", w.Body, err)
	}
	return w.Code, answer.uploadResult, answer.Error
}

func storeOne(t *testing.T, s *Server, file upload) string {
	t.Helper()
	status, result, _ := sendFiles(t, s, testKey, file)
	if status != http.StatusCreated || len(result.Stored) != 1 {
		t.Fatalf("upload of %s: %d %+v", file.name, status, result)
	}
	return result.Stored[0].ID
}

// scenery returns a picture whose corners can be told apart: red, green, blue, white, from top left
// by rows.
func scenery(width, height int) *image.RGBA {
	picture := image.NewRGBA(image.Rect(0, 0, width, height))
	for y := range height {
		for x := range width {
			c := color.RGBA{A: 255}
			switch right, bottom := x >= width/2, y >= height/2; {
			case right && bottom:
				c = color.RGBA{255, 255, 255, 255}
			case right:
				c.G = 255
			case bottom:
				c.B = 255
			default:
				c.R = 255
			}
			picture.SetRGBA(x, y, c)
		}
	}
	return picture
}

func asJPEG(t testing.TB, picture image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func asPNG(t testing.TB, picture image.Image) []byte {
	t.Helper()
	var out bytes.Buffer
	if err := png.Encode(&out, picture); err != nil {
		t.Fatal(err)
	}
	return out.Bytes()
}

func TestPhotoUploadedThroughOneInstanceIsServedByAll(t *testing.T) {
	folder := "file://" + t.TempDir()
	bucket := memblob.OpenBucket(nil)
	defer func() { _ = bucket.Close() }()
	for name, config := range map[string]Config{"folder": {Storage: folder}, "bucket": {Bucket: bucket}} {
		t.Run(name, func(t *testing.T) {
			first, second := startServer(t, config), startServer(t, config)
			ask(t, second, "GET", "/", nil) // second now knows of an empty gallery
			id := storeOne(t, first, upload{"beach.jpg", asJPEG(t, scenery(1200, 800))})

			full := ask(t, second, "GET", "/photos/"+id+".jpg", nil)
			if full.Code != http.StatusOK || full.Header().Get("Content-Type") != "image/jpeg" {
				t.Fatalf("photo: %d %s", full.Code, full.Header())
			}
			if size := decodedSize(t, full.Body.Bytes()); size != image.Pt(1200, 800) {
				t.Errorf("the photo is %v", size)
			}
			small := ask(t, second, "GET", "/thumbs/"+id+".jpg", nil)
			if size := decodedSize(t, small.Body.Bytes()); size != image.Pt(540, 360) {
				t.Errorf("the thumbnail is %v", size)
			}
			page := eventually(t, second, "/?show="+id)
			if !strings.Contains(page, `href="/view/`+id) {
				t.Errorf("the second instance does not list the photo:\n%s", page)
			}
			if view := ask(t, second, "GET", "/view/"+id, nil); view.Code != http.StatusOK {
				t.Errorf("view: %d", view.Code)
			}

			deleted := ask(t, second, "POST", "/view/"+id+"/delete", nil, "Authorization", "Bearer "+testKey)
			if deleted.Code != http.StatusOK {
				t.Fatalf("delete: %d %s", deleted.Code, deleted.Body)
			}
			if gone := ask(t, second, "GET", "/thumbs/"+id+".jpg", nil); gone.Code != http.StatusNotFound {
				t.Errorf("a deleted thumbnail answers %d", gone.Code)
			}
			if gone := ask(t, first, "GET", "/photos/"+id+".jpg", nil); gone.Code != http.StatusNotFound {
				t.Errorf("a deleted photo answers %d", gone.Code)
			}
		})
	}
}

// eventually ages the list past its protection against being asked for too
// often, then reads the page.
func eventually(t *testing.T, s *Server, target string) string {
	t.Helper()
	s.catalog.mu.Lock()
	s.catalog.known.asOf = s.catalog.known.asOf.Add(-freshFor / 2)
	s.catalog.mu.Unlock()
	return ask(t, s, "GET", target, nil).Body.String()
}

func decodedSize(t *testing.T, content []byte) image.Point {
	t.Helper()
	config, _, err := image.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	return image.Pt(config.Width, config.Height)
}

func TestIndexIsTaggedCompressedAndPaged(t *testing.T) {
	s := startServer(t, Config{Instance: "i-one", Zone: "zone-a", Release: "r1"})
	for i := range photosPerPage + 1 {
		p := namedPhoto(time.UnixMilli(int64(i)), [6]byte{byte(i)}, "jpg", 30, 20)
		if err := s.store.put(t.Context(), p, []byte("photo"), []byte("small")); err != nil {
			t.Fatal(err)
		}
	}
	page := ask(t, s, "GET", "/", nil)
	for _, want := range []string{"i-one", "zone-a", "r1", `href="/?page=2"`} {
		if !strings.Contains(page.Body.String(), want) {
			t.Errorf("the index lacks %q", want)
		}
	}
	newest := namedPhoto(time.UnixMilli(photosPerPage), [6]byte{photosPerPage}, "jpg", 30, 20).ID
	if first := regexp.MustCompile(`/view/([^"]+)`).FindStringSubmatch(page.Body.String()); first == nil || first[1] != newest {
		t.Errorf("the first photo is %v, want %s", first, newest)
	}
	again := ask(t, s, "GET", "/", nil, "If-None-Match", page.Header().Get("ETag"))
	if again.Code != http.StatusNotModified || again.Body.Len() != 0 {
		t.Errorf("revalidation: %d with %d bytes", again.Code, again.Body.Len())
	}
	zipped := ask(t, s, "GET", "/", nil, "Accept-Encoding", "gzip")
	if zipped.Header().Get("Content-Encoding") != "gzip" || zipped.Body.Len() >= page.Body.Len() {
		t.Errorf("compressed: %d of %d bytes", zipped.Body.Len(), page.Body.Len())
	}
	for target, want := range map[string]int{"/?page=2": 200, "/?page=3": 404, "/?page=0": 404, "/?page=x": 404, "/?page=-1": 404, "/?added=1": 200} {
		if got := ask(t, s, "GET", target, nil).Code; got != want {
			t.Errorf("%s answers %d, want %d", target, got, want)
		}
	}
}

func TestPhotoIsServedByRangeAndKeptForGood(t *testing.T) {
	for name, storage := range map[string]string{"folder": "file://" + t.TempDir(), "bucket": "mem://"} {
		t.Run(name, func(t *testing.T) {
			s := startServer(t, Config{Storage: storage})
			id := storeOne(t, s, upload{"a.png", asPNG(t, scenery(300, 200))})
			target := "/photos/" + id + ".png"
			whole := ask(t, s, "GET", target, nil)
			if whole.Header().Get("Cache-Control") != immutable {
				t.Errorf("Cache-Control: %s", whole.Header().Get("Cache-Control"))
			}
			part := ask(t, s, "GET", target, nil, "Range", "bytes=10-19")
			if part.Code != http.StatusPartialContent || !bytes.Equal(part.Body.Bytes(), whole.Body.Bytes()[10:20]) {
				t.Errorf("range: %d, %d bytes", part.Code, part.Body.Len())
			}
			if beyond := ask(t, s, "GET", target, nil, "Range", "bytes=99999999-"); beyond.Code != http.StatusRequestedRangeNotSatisfiable {
				t.Errorf("range beyond the end: %d", beyond.Code)
			}
			head := ask(t, s, "HEAD", target, nil)
			if head.Body.Len() != 0 || head.Header().Get("Content-Length") != fmt.Sprint(whole.Body.Len()) {
				t.Errorf("HEAD: %d bytes, length %s", head.Body.Len(), head.Header().Get("Content-Length"))
			}
			for _, tagged := range []string{target, "/thumbs/" + id + ".jpg"} {
				tag := ask(t, s, "GET", tagged, nil).Header().Get("ETag")
				if known := ask(t, s, "GET", tagged, nil, "If-None-Match", tag); known.Code != http.StatusNotModified {
					t.Errorf("%s with its own tag: %d", tagged, known.Code)
				}
			}
		})
	}
}

func TestUnknownAddressesAreNotFound(t *testing.T) {
	s := startServer(t, Config{})
	id := newPhoto(time.Now(), nil, "jpg", 3, 2).ID
	for _, target := range []string{
		"/nothing", "/photos/../samples-stored", "/photos/" + id + ".jpg", "/photos/" + id, "/photos/" + id + ".png",
		"/photos/x.jpg", "/thumbs/" + id + ".jpg", "/thumbs/" + id, "/thumbs/x.jpg", "/view/" + id, "/view/x", "/static/v/none.css",
	} {
		if got := ask(t, s, "GET", target, nil).Code; got != http.StatusNotFound && got != http.StatusTemporaryRedirect {
			t.Errorf("%s answers %d", target, got)
		}
	}
}

func TestEveryPageAllowsNothingInline(t *testing.T) {
	s := startServer(t, Config{})
	id := storeOne(t, s, upload{"a.jpg", asJPEG(t, scenery(40, 30))})
	inline := regexp.MustCompile(`(?i)<style|\sstyle=|<script(?:\s+[^>]*)?>[^<]|\son[a-z]+=|javascript:`)
	for _, target := range []string{"/", "/view/" + id, "/login", "/upload", "/nothing", "/healthz", "/photos/" + id + ".jpg"} {
		w := ask(t, s, "GET", target, nil, "Cookie", sessionCookie+"="+s.sessions.token(time.Now().Add(time.Hour)))
		policy := w.Header().Get("Content-Security-Policy")
		if !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
			t.Errorf("%s has the policy %q", target, policy)
		}
		if found := inline.FindString(w.Body.String()); found != "" && strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			t.Errorf("%s has %q inline", target, found)
		}
	}
	style := regexp.MustCompile(`/static/[^"]+style.css`).FindString(ask(t, s, "GET", "/", nil).Body.String())
	if w := ask(t, s, "GET", style, nil); w.Code != 200 || w.Header().Get("Cache-Control") != immutable {
		t.Errorf("%s: %d %s", style, w.Code, w.Header())
	}
	if w := ask(t, s, "GET", "/static/older/style.css", nil); w.Code != 200 || w.Header().Get("Cache-Control") != "no-cache" {
		t.Errorf("another release's style: %d %s", w.Code, w.Header())
	}
}

func TestStorageTroubleKeepsTheIndexAnswering(t *testing.T) {
	broken := func(context.Context) (*names, error) { return nil, errors.New("no route to host") }
	stalled := func(ctx context.Context) (*names, error) { <-ctx.Done(); return nil, ctx.Err() }
	for name, trouble := range map[string]func(context.Context) (*names, error){"broken": broken, "stalled": stalled} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startServer(t, Config{})
				id := storeOne(t, s, upload{"a.jpg", asJPEG(t, scenery(40, 30))})
				ask(t, s, "GET", "/", nil)
				s.catalog.read = trouble
				time.Sleep(time.Minute)
				for range 50 {
					began := time.Now()
					w := ask(t, s, "GET", "/", nil)
					if w.Code != http.StatusOK || !strings.Contains(w.Body.String(), id) {
						t.Fatalf("index: %d", w.Code)
					}
					if waited := time.Since(began); waited > patience {
						t.Fatalf("the index took %s", waited)
					}
					time.Sleep(300 * time.Millisecond)
				}
				if w := ask(t, s, "GET", "/", nil); !strings.Contains(w.Body.String(), "does not answer") {
					t.Error("visitors are not told that the list is old")
				}
				if w := ask(t, s, "GET", "/healthz", nil); w.Code != http.StatusServiceUnavailable {
					t.Errorf("healthz: %d %s", w.Code, w.Body)
				}
				s.stop()
				synctest.Wait()
				s.catalog.read = s.store.list
			})
		})
	}
}

func TestInstanceThatNeverReadItsStorageIsUnhealthy(t *testing.T) {
	s := startServer(t, Config{})
	s.catalog.read = func(context.Context) (*names, error) { return nil, errors.New("access denied to bucket-name") }
	w := ask(t, s, "GET", "/", nil)
	if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "bucket-name") {
		t.Errorf("index: %d %s", w.Code, w.Body)
	}
}

func TestStorageIsListedOnceForManyRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := startServer(t, Config{})
		var lists atomic.Int32
		s.catalog.read = func(context.Context) (*names, error) {
			lists.Add(1)
			time.Sleep(20 * time.Millisecond)
			return &names{}, nil
		}
		for range 100 {
			go ask(t, s, "GET", "/", nil)
		}
		time.Sleep(freshFor / 2)
		if lists.Load() != 1 {
			t.Errorf("storage was listed %d times", lists.Load())
		}
		time.Sleep(freshFor)
		ask(t, s, "GET", "/", nil)
		if lists.Load() != 2 {
			t.Errorf("after a second storage was listed %d times", lists.Load())
		}
	})
}

func TestHealthzTellsOfStorage(t *testing.T) {
	s := startServer(t, Config{Instance: "i-one", Samples: true})
	w := ask(t, s, "GET", "/healthz", nil)
	var answer health
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatal(err)
	}
	if w.Code != 200 || answer.Status != "ok" || answer.Instance != "i-one" || answer.Storage.Photos != 6 {
		t.Errorf("%d %+v", w.Code, answer)
	}
}

// pipes is a listener whose connections live in memory.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
}

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}
func (p *pipes) Close() error   { close(p.closed); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.conns <- there:
		return here, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func TestDrainLetsRequestsFinishAndThenStops(t *testing.T) {
	for name, test := range map[string]struct {
		work   time.Duration
		cutOff bool
	}{"in time": {5 * time.Second, false}, "too late": {time.Hour, true}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startServer(t, Config{})
				s.handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					select {
					case <-time.After(test.work):
					case <-r.Context().Done():
					}
				})
				listener := &pipes{make(chan net.Conn), make(chan struct{})}
				client := &http.Client{Transport: &http.Transport{DialContext: listener.dial}}
				defer client.CloseIdleConnections()
				ctx, stop := context.WithCancel(t.Context())
				served, answered := make(chan error, 1), make(chan error, 1)
				go func() { served <- s.Serve(ctx, listener) }()
				go func() {
					r, _ := http.NewRequestWithContext(t.Context(), "GET", "http://gallery/", nil)
					answer, err := client.Do(r)
					if err == nil {
						err = answer.Body.Close()
					}
					answered <- err
				}()
				time.Sleep(time.Second)
				stop()
				synctest.Wait()
				health := httptest.NewRecorder()
				s.healthz(health, httptest.NewRequestWithContext(t.Context(), "GET", "/healthz", nil))
				if health.Code != http.StatusServiceUnavailable || !strings.Contains(health.Body.String(), "draining") {
					t.Errorf("healthz while draining: %d %s", health.Code, health.Body)
				}
				if err := <-answered; (err != nil) != test.cutOff {
					t.Errorf("the request in flight: %v", err)
				}
				if err := <-served; (err != nil) != test.cutOff {
					t.Errorf("Serve: %v", err)
				}
			})
		})
	}
}

func TestTakenAddressIsReportedWithItsRemedy(t *testing.T) {
	taken, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	s := startServer(t, Config{})
	s.config.Address = taken.Addr().String()
	var known *Error
	if err := s.Run(t.Context()); !errors.As(err, &known) || known.Code != AddressUnavailable || !strings.Contains(known.Message, s.config.Address) {
		t.Errorf("Run: %v", err)
	}
}
