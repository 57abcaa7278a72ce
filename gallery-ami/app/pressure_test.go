package app

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"image"
	"io"
	"mime/multipart"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

// onLoopback serves the gallery on a real address until the test ends.
func onLoopback(t *testing.T, s *Server) (address string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.config.DrainTimeout = time.Millisecond // what is still open is so on purpose
	ctx, stop := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		<-served
	})
	return listener.Addr().String()
}

// peak samples how many bytes the heap's objects take until the returned function gives the most.
func peak() (most func() uint64) {
	runtime.GC()
	var highest atomic.Uint64
	done, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		sample := []metrics.Sample{{Name: "/memory/classes/heap/objects:bytes"}}
		for {
			metrics.Read(sample)
			highest.Store(max(highest.Load(), sample[0].Value.Uint64()))
			select {
			case <-done:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	return func() uint64 {
		close(done)
		<-ended
		return highest.Load()
	}
}

// storeRaw stores photos of random bytes, of which no picture is ever asked.
func storeRaw(t *testing.T, s *Server, count, size int) (photos []photo) {
	t.Helper()
	content := make([]byte, size)
	for range count {
		rand.Read(content)
		p := newPhoto(time.Now(), content, "jpg", 640, 480)
		if err := s.store.put(t.Context(), p, content, content[:min(size, 15_000)]); err != nil {
			t.Fatal(err)
		}
		photos = append(photos, p)
	}
	s.catalog.outdate()
	return photos
}

// fetchAll gets a page whole and gives its length.
func fetchAll(client *http.Client, address, path string) (length int64, err error) {
	response, err := client.Get("http://" + address + path)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if length, err = io.Copy(io.Discard, response.Body); err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("%s is answered with %s", path, response.Status)
	}
	return length, err
}

// Their photos take twice the memory that photos are kept in.
func TestThousandViewersAreServedInBoundedMemory(t *testing.T) {
	const viewers, size = 1000, 100_000
	s := startServer(t, Config{Storage: "file://" + t.TempDir()})
	photos := storeRaw(t, s, 2*memoryBytes/size, size)
	address := onLoopback(t, s)
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: viewers, DisableCompression: true}}
	defer client.CloseIdleConnections()
	before := peak()()
	most := peak()
	var viewing sync.WaitGroup
	var failed atomic.Value
	gate := make(chan struct{})
	for i := range viewers {
		viewing.Go(func() {
			<-gate
			p := photos[i%len(photos)]
			for path, want := range map[string]int64{"/": 0, "/" + p.thumbKey(): 15_000, "/" + p.photoKey(): size} {
				if got, err := fetchAll(client, address, path); err != nil || want > 0 && got != want {
					failed.Store(fmt.Sprintf("viewer %d: %s has %d bytes, %v", i, path, got, err))
				}
			}
		})
	}
	close(gate)
	viewing.Wait()
	if first := failed.Load(); first != nil {
		t.Error(first)
	}
	if s.memory.size > memoryBytes || s.memory.size != s.memory.counted() {
		t.Errorf("%d bytes are kept, %d counted", s.memory.counted(), s.memory.size)
	}
	used := most() - before
	t.Logf("%d viewers took %d MB more, with their own ends of the connections", viewers, used>>20)
	if used > 192<<20 {
		t.Errorf("%d bytes", used)
	}
}

// hold opens a connection and sends what is there of a request.
func hold(t *testing.T, address, sent string) net.Conn {
	t.Helper()
	connection, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = connection.Close() })
	if _, err := io.WriteString(connection, sent); err != nil {
		t.Fatal(err)
	}
	return connection
}

// Some never finish to ask, some never read the answer, some never finish to send.
func TestSlowClientsDelayNobodyElse(t *testing.T) {
	s := startServer(t, Config{Storage: "file://" + t.TempDir()})
	photos := storeRaw(t, s, 50, 400_000) // more than memory holds
	address := onLoopback(t, s)
	client := &http.Client{} // the limit of all tests ends what hangs
	if _, err := fetchAll(client, address, "/"); err != nil {
		t.Fatal(err)
	}
	most := peak()
	for i := range 100 {
		hold(t, address, "GET / HTTP/1.1\r\nHost: gal")
		hold(t, address, "GET /"+photos[i%len(photos)].photoKey()+" HTTP/1.1\r\nHost: gallery\r\n\r\n")
	}
	for range 2 * uploadSlots {
		hold(t, address, "POST /upload HTTP/1.1\r\nHost: gallery\r\nAuthorization: Bearer "+testKey+
			"\r\nContent-Type: multipart/form-data; boundary=b\r\nContent-Length: 1000000\r\n\r\n--b\r\nContent-Disposition: form-data; name=photos; filename=a.jpg\r\n\r\n")
	}
	for _, p := range photos {
		for _, path := range []string{"/", "/view/" + p.ID, "/" + p.thumbKey(), "/" + p.photoKey()} {
			if _, err := fetchAll(client, address, path); err != nil {
				t.Error(err)
			}
		}
	}
	if used := most(); used > 120<<20 {
		t.Errorf("%d bytes are in use", used)
	}
	if s.memory.size > memoryBytes {
		t.Errorf("%d bytes are kept", s.memory.size)
	}
}

// In virtual time: what is stalled is cut off, and its place is free again.
func TestStalledUploadIsCutOff(t *testing.T) {
	storage, bucket := newTroubled()
	for name, trouble := range map[string]func(context.Context) error{"its client": nil, "the storage": stalling} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startServer(t, Config{Bucket: bucket})
				listener := &pipes{make(chan net.Conn), make(chan struct{})}
				client := &http.Client{Transport: &http.Transport{DialContext: listener.dial}}
				ctx, stop := context.WithCancel(t.Context())
				served := make(chan error, 1)
				go func() { served <- s.Serve(ctx, listener) }()
				storage.begin(trouble)
				ended := make(chan error, uploadSlots)
				for range uploadSlots {
					go func() {
						body, form := io.Pipe()
						parts := multipart.NewWriter(form)
						go func() {
							part, err := parts.CreateFormFile("photos", "a.png")
							if err == nil && trouble != nil {
								_, err = part.Write(asPNG(t, scenery(4, 3)))
								_ = errors.Join(err, parts.Close(), form.Close()) // the server has gone away
							}
						}()
						ended <- post(t, client, "http://gallery/upload", parts.FormDataContentType(), body)
						_ = body.CloseWithError(io.ErrClosedPipe)
					}()
				}
				synctest.Wait()
				began := time.Now()
				want := map[bool]int{true: http.StatusCreated, false: http.StatusServiceUnavailable}[trouble == nil]
				if status, result, _ := sendFiles(t, s, testKey, upload{"b.png", asPNG(t, scenery(3, 3))}); status != want {
					t.Errorf("beside %d uploads: %d %+v", uploadSlots, status, result)
				}
				if waited := time.Since(began); trouble == nil && waited > 0 {
					t.Errorf("it waited %s for clients that send nothing", waited)
				}
				for range uploadSlots {
					if err := <-ended; err == nil {
						t.Error("an upload that stalls was stored")
					}
				}
				if waited := time.Since(began); waited > 2*fileTimeout {
					t.Errorf("it took %s", waited)
				}
				storage.begin(nil)
				storeOne(t, s, upload{"a.png", asPNG(t, scenery(5, len(name)))})
				stop()
				client.CloseIdleConnections()
				<-served
			})
		})
	}
}

// post returns an error for what is not answered with 201.
func post(t *testing.T, client *http.Client, url, contentType string, body io.Reader) error {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, body)
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", contentType)
	request.Header.Set("Authorization", "Bearer "+testKey)
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusCreated {
		err = fmt.Errorf("it is answered with %s: %s", response.Status, answer)
	}
	return err
}

func TestInterruptedUploadLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	s := startServer(t, Config{Storage: "file://" + folder})
	address := onLoopback(t, s)
	var form bytes.Buffer
	parts := multipart.NewWriter(&form)
	for range 3 {
		part, err := parts.CreateFormFile("photos", "a.png")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := part.Write(asPNG(t, scenery(120, 90))); err != nil {
			t.Fatal(err)
		}
	}
	if err := parts.Close(); err != nil {
		t.Fatal(err)
	}
	head := "POST /upload HTTP/1.1\r\nHost: gallery\r\nAuthorization: Bearer " + testKey + "\r\nContent-Type: " + parts.FormDataContentType() +
		fmt.Sprintf("\r\nContent-Length: %d\r\n\r\n", form.Len())
	for i := range 30 {
		connection := hold(t, address, head+form.String()[:form.Len()*i/30])
		_ = connection.Close()
	}
	// The last of them has ended when all the places are free.
	for range uploadSlots {
		s.uploads <- struct{}{}
	}
	for range uploadSlots {
		<-s.uploads
	}
	for _, sub := range []string{photosFolder, thumbsFolder} {
		entries, err := os.ReadDir(filepath.Join(folder, sub))
		if err != nil {
			t.Fatal(err)
		}
		for _, entry := range entries {
			id, _, _ := strings.Cut(entry.Name(), ".")
			for _, key := range []string{photosFolder + id + ".png", thumbsFolder + id + ".jpg"} {
				if content, err := os.ReadFile(filepath.Join(folder, key)); err != nil || decodedSize(t, content) == (image.Point{}) {
					t.Errorf("%s has no whole %s: %v", entry.Name(), key, err)
				}
			}
		}
	}
	storeOne(t, s, upload{"a.png", asPNG(t, scenery(4, 3))})
}

// A photo that is in memory goes on being served; the others are told to come back.
func TestPhotosWhileTheStorageIsInTrouble(t *testing.T) {
	for name, trouble := range map[string]func(context.Context) error{"it fails": failing, "it stalls": stalling} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				storage, bucket := newTroubled()
				s := startServer(t, Config{Bucket: bucket})
				known, unknown := storeRaw(t, s, 2, 50_000), newPhoto(time.Now(), nil, "jpg", 3, 2)
				ask(t, s, "GET", "/", nil)
				ask(t, s, "GET", "/"+known[0].photoKey(), nil)
				storage.begin(trouble)
				time.Sleep(time.Minute)
				ask(t, s, "GET", "/", nil) // this one begins to read the list, and notices
				time.Sleep(time.Second)
				for path, want := range map[string]int{
					"/": 200, "/view/" + known[1].ID: 200, "/" + known[0].photoKey(): 200,
					"/" + known[1].photoKey(): 503, "/" + unknown.thumbKey(): 503, "/healthz": 503,
				} {
					began := time.Now()
					if w := ask(t, s, "GET", path, nil); w.Code != want {
						t.Errorf("%s is answered with %d, not %d", path, w.Code, want)
					}
					if waited := time.Since(began); want == 200 && waited > patience {
						t.Errorf("%s took %s", path, waited)
					} else if waited > writeTimeout+patience {
						t.Errorf("%s took %s to fail", path, waited)
					}
				}
				storage.begin(nil)
				time.Sleep(listTimeout + busyShare*listTimeout)
				for _, path := range []string{"/" + known[1].photoKey(), "/healthz"} {
					ask(t, s, "GET", path, nil) // the list is read again behind it
					if w := ask(t, s, "GET", path, nil); w.Code != http.StatusOK {
						t.Errorf("afterwards %s is answered with %d", path, w.Code)
					}
				}
				s.stop()
			})
		})
	}
}

func TestPictureWaitsForTheMemoryOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		most := within(testPixels)
		room, photo := newDarkroom(most.memory), asJPEG(t, scenery(40, 30))
		if err := room.memory.Acquire(t.Context(), most.memory); err != nil {
			t.Fatal(err)
		}
		ended := false
		go func() {
			if _, err := room.develop(t.Context(), photo, most); err != nil {
				t.Error(err)
			}
			ended = true
		}()
		synctest.Wait()
		if ended {
			t.Error("it did not wait")
		}
		room.memory.Release(most.memory)
		synctest.Wait()
		if !ended || room.taken.Load() != 0 || !room.memory.TryAcquire(most.memory) {
			t.Errorf("ended is %t, and %d bytes are still taken", ended, room.taken.Load())
		}
	})
}

// Pictures that are decoded at a time have no more memory than one may have, whatever number of
// uploads there is.
func TestManyLargeUploadsTakeTheMemoryOfOne(t *testing.T) {
	const side = 1200
	large := asJPEG(t, image.NewRGBA(image.Rect(0, 0, side, side)))
	different := func(i byte) []byte { // in a table that no pixel uses
		return jpegWith(large, 0xDB, "\x03"+strings.Repeat(string(rune(i+1)), 64))
	}
	s := startServer(t, Config{MaxPixels: side * side})
	debug.FreeOSMemory()
	before := peak()()
	most := peak()
	var sending sync.WaitGroup
	for i := range 2 * uploadSlots {
		sending.Go(func() {
			// A slow machine keeps some waiting for so long that they are refused.
			if status, result, _ := sendFiles(t, s, testKey, upload{"a.jpg", different(byte(i))}); status != http.StatusCreated && status != http.StatusServiceUnavailable {
				t.Errorf("%d %+v", status, result)
			}
		})
	}
	sending.Wait()
	used, one := most()-before, uint64(side*side*4)
	t.Logf("%d MB, where a picture's pixels have %d MB", used>>20, one>>20)
	if used > 5*one {
		t.Errorf("%d bytes are more than one upload's, whose pixels have %d", used, one)
	}
}
