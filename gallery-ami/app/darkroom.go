package app

import (
	"context"
	"runtime"
	"runtime/debug"
	"sync/atomic"

	"golang.org/x/sync/semaphore"
)

// darkroom develops as many pictures at a time as there are processors, as long as all of them
// together take no more memory than one picture may take.
type darkroom struct {
	places chan struct{}
	memory *semaphore.Weighted
	taken  atomic.Int64 // of the memory
}

func newDarkroom(memory int64) *darkroom {
	return &darkroom{places: make(chan struct{}, runtime.GOMAXPROCS(0)), memory: semaphore.NewWeighted(memory)}
}

// develop waits for its turn. Decoding takes more memory than anything else in this program, so a
// large picture's is collected at once, and given back when it was the last one.
func (d *darkroom) develop(ctx context.Context, data []byte, most limits) (picture, error) {
	select {
	case d.places <- struct{}{}:
	case <-ctx.Done():
		return picture{}, ctx.Err()
	}
	defer func() { <-d.places }()
	n, err := examine(data, most)
	if err != nil {
		return picture{}, err
	}
	weight := min(n.weight, most.memory)
	if err := d.memory.Acquire(ctx, weight); err != nil {
		return picture{}, err
	}
	d.taken.Add(weight)
	developed, err := n.develop(d.taken.Load)
	d.memory.Release(weight)
	if last := d.taken.Add(-weight) == 0; developed.width*developed.height > 1_000_000 {
		collect(last)
	}
	return developed, err
}

func collect(last bool) {
	if last {
		debug.FreeOSMemory()
	} else {
		runtime.GC()
	}
}
