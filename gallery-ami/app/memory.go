package app

import (
	"io"
	"sync"
)

// largestKept is the maximum size of an object in memory.
const largestKept = 512 << 10

// memory keeps thumbnails and smaller photos, up to a number of bytes in all. It does not drop
// objects while they are sent, so that slow readers cannot make it grow.
type memory struct {
	limit int64

	mu   sync.Mutex
	size int64
	kept map[string]*kept
}

// kept is content that must not be changed.
type kept struct {
	content []byte
	readers int
}

// take returns the content of a key, or nil. The caller calls done.
func (m *memory) take(key string) *kept {
	m.mu.Lock()
	defer m.mu.Unlock()
	found := m.kept[key]
	if found != nil {
		found.readers++
	}
	return found
}

func (m *memory) done(with *kept) {
	m.mu.Lock()
	defer m.mu.Unlock()
	with.readers--
}

// fill reads an object into memory and takes it. If there is no room it returns nil, with the
// object at its beginning.
func (m *memory) fill(key string, object io.ReadSeeker) (*kept, error) {
	size, err := object.Seek(0, io.SeekEnd)
	if err == nil {
		_, err = object.Seek(0, io.SeekStart)
	}
	if err != nil || !m.reserve(size) {
		return nil, err
	}
	filled := &kept{make([]byte, size), 1}
	_, err = io.ReadFull(object, filled.content)

	m.mu.Lock()
	defer m.mu.Unlock()
	other := m.kept[key]
	if err != nil || other != nil {
		m.size -= size
	}
	switch {
	case err != nil:
		return nil, err
	case other != nil: // another request has filled it in the meantime
		other.readers++
		return other, nil
	}
	m.kept[key] = filled
	return filled, nil
}

// reserve makes room by dropping any object that nobody reads. A bad choice costs one read.
func (m *memory) reserve(size int64) bool {
	if size > largestKept {
		return false
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	for key, other := range m.kept {
		if m.size+size <= m.limit {
			break
		}
		if other.readers == 0 {
			m.size -= int64(len(other.content))
			delete(m.kept, key)
		}
	}
	if m.size+size > m.limit {
		return false
	}
	m.size += size
	return true
}
