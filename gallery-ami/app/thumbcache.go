package app

import "sync"

// thumbCache keeps thumbnails in memory, up to a number of bytes. It makes
// room by dropping any: a wrong choice costs one read.
type thumbCache struct {
	limit int

	mu   sync.RWMutex
	size int
	kept map[string][]byte
}

// get returns nil for a thumbnail that is not kept.
func (c *thumbCache) get(id string) []byte {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.kept[id]
}

// put keeps content, which nobody may change any more.
func (c *thumbCache) put(id string, content []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.size += len(content) - len(c.kept[id])
	c.kept[id] = content
	for other, dropped := range c.kept {
		if c.size <= c.limit {
			return
		}
		c.size -= len(dropped)
		delete(c.kept, other)
	}
}
