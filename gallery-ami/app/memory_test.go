package app

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"testing"
)

func newMemory(limit int64) *memory { return &memory{limit: limit, kept: map[string]*kept{}} }

// fillOne keeps that many bytes and reports whether there was room.
func fillOne(t *testing.T, m *memory, key string, size int) *kept {
	t.Helper()
	filled, err := m.fill(key, bytes.NewReader(make([]byte, size)))
	if err != nil {
		t.Fatal(err)
	}
	return filled
}

func (m *memory) counted() (size int64) {
	for _, one := range m.kept {
		size += int64(len(one.content))
	}
	return size
}

func TestMemoryKeepsToItsLimit(t *testing.T) {
	m := newMemory(100)
	for i := range 50 {
		for _, key := range []string{fmt.Sprint(i), "again"} {
			filled := fillOne(t, m, key, 30)
			if filled == nil {
				t.Fatalf("there is no room for %s", key)
			}
			m.done(filled)
		}
	}
	if m.size > 100 || m.size != m.counted() || m.size == 0 {
		t.Errorf("%d bytes are kept, %d counted", m.counted(), m.size)
	}
}

func TestMemoryKeepsPhotosWhileTheyAreRead(t *testing.T) {
	m := newMemory(100)
	slow := fillOne(t, m, "slow", 80)
	if fillOne(t, m, "other", 30) != nil {
		t.Error("there is room beside what is being read")
	}
	if again := m.take("slow"); again != slow {
		t.Error("what is being read is gone")
	}
	m.done(slow)
	m.done(slow)
	if fillOne(t, m, "other", 30) == nil || m.take("slow") != nil || m.size != 30 {
		t.Errorf("what nobody reads any more takes room: %d", m.size)
	}
}

func TestUnreadablePhotosTakeNoMemory(t *testing.T) {
	m := newMemory(100)
	if _, err := m.fill("broken", brokenObject{bytes.NewReader(make([]byte, 50))}); err == nil {
		t.Error("it was kept")
	}
	if fillOne(t, m, "large", largestKept+1) != nil {
		t.Error("a large object is kept")
	}
	if m.size != 0 {
		t.Errorf("%d bytes are counted", m.size)
	}
}

// brokenObject has a size and cannot be read.
type brokenObject struct{ io.ReadSeeker }

func (brokenObject) Read([]byte) (int, error) { return 0, errors.New("the connection was reset") }

func TestMemoryIsSharedByManyAtOnce(t *testing.T) {
	m := newMemory(100)
	var readers sync.WaitGroup
	for i := range 200 {
		readers.Go(func() {
			key := fmt.Sprint(i % 5)
			found := m.take(key)
			if found == nil {
				found, _ = m.fill(key, bytes.NewReader(make([]byte, 30))) // a bytes.Reader does not fail
			}
			if found != nil {
				m.done(found)
			}
		})
	}
	readers.Wait()
	if m.size > 100 || m.size != m.counted() {
		t.Errorf("%d bytes are kept, %d counted", m.counted(), m.size)
	}
	for key, one := range m.kept {
		if one.readers != 0 {
			t.Errorf("%s has %d readers", key, one.readers)
		}
	}
}

// What is too large for memory, or finds no room, comes straight from storage.
func TestPhotoIsServedFromMemoryOrStorage(t *testing.T) {
	for name, limit := range map[string]int64{"kept": memoryBytes, "no room": 0} {
		t.Run(name, func(t *testing.T) {
			for _, storage := range []string{"mem://", "file://" + t.TempDir()} {
				s := startServer(t, Config{Storage: storage})
				s.memory.limit = limit
				id := storeOne(t, s, upload{"a.png", asPNG(t, scenery(300, 200))})
				want := ask(t, s, "GET", "/photos/"+id+".png", nil)
				for range 2 {
					got := ask(t, s, "GET", "/photos/"+id+".png", nil)
					if got.Code != http.StatusOK || !bytes.Equal(got.Body.Bytes(), want.Body.Bytes()) || got.Header().Get("Content-Type") != "image/png" {
						t.Errorf("%s: %d %s", storage, got.Code, got.Header())
					}
				}
			}
		})
	}
}
