package app

import (
	"context"
	"slices"
	"sync"
	"time"
)

const (
	// freshFor is how long a list is served before the storage is read again, and so how long an
	// instance may not know of another's upload. A list that takes long to read is kept busyShare
	// times as long as that.
	freshFor  = time.Second
	busyShare = 10
	// patience is how long a request waits for the storage before it gets the former list, and
	// firstPatience how long it waits without a list.
	patience      = 250 * time.Millisecond
	firstPatience = 5 * time.Second
	listTimeout   = 20 * time.Second
	// staleAfter is when visitors are told that the list may be out of date.
	staleAfter = 10 * time.Second
)

// listing is an immutable list of photos. Version changes when the ids do; a photo's title never
// does.
type listing struct {
	*names
	version uint64
}

func (l *listing) position(id string) (int, bool) { return slices.BinarySearch(l.ids, id) }

func (l *listing) has(id string) bool {
	_, found := l.position(id)
	return found
}

// like returns the photos that probably have the content of another, the first one first.
func (l *listing) like(id string) (photos []photo) {
	for _, other := range slices.Backward(l.ids) {
		if sameContent(id, other) {
			photos = append(photos, l.photo(other))
		}
	}
	return photos
}

// catalog holds the list of photos. The storage is listed at most once at a time and once a
// freshFor, however many requests arrive, and a storage that fails or stalls leaves the last list
// in service.
type catalog struct {
	read func(context.Context) (*names, error)
	done context.Context // ends with the server

	mu      sync.Mutex
	known   catalogState
	failed  time.Time // when the last read failed
	changes int       // own changes; a list that was started before one is not fresh
	reading *reading
}

// catalogState holds the last list that could be read, or nil before the first one, and the result
// of the last read.
type catalogState struct {
	list  *listing
	asOf  time.Time // when the read of list started
	seen  int       // own changes by then
	took  time.Duration
	err   error
	stale bool
}

type reading struct {
	began time.Time
	seen  int
	ended chan struct{}
}

// get returns the list, after reading the storage if it is not fresh. It waits no longer than its
// patience.
func (c *catalog) get(ctx context.Context) catalogState {
	for {
		state, pending := c.look()
		if pending == nil || !pending.wait(ctx, state.list == nil) {
			return state
		}
	}
}

// look returns the state and, if that is not fresh, the read to wait for.
func (c *catalog) look() (catalogState, *reading) {
	c.mu.Lock()
	defer c.mu.Unlock()
	state, now := c.known, time.Now()
	stalled := c.reading != nil && now.Sub(c.reading.began) > patience
	state.stale = (stalled || state.err != nil) && now.Sub(state.asOf) > staleAfter
	if c.reading == nil {
		fresh := state.list != nil && now.Sub(state.asOf) < max(freshFor, busyShare*state.took)
		if now.Sub(c.failed) < freshFor || (fresh && state.seen == c.changes) {
			return state, nil
		}
		c.reading = &reading{now, c.changes, make(chan struct{})}
		go c.refresh(c.reading)
	}
	return state, c.reading
}

// wait reports whether the read ended in time, counted from its start: when the storage stalls,
// only the first requests wait.
func (r *reading) wait(ctx context.Context, first bool) bool {
	limit := patience
	if first {
		limit = firstPatience
	}
	timer := time.NewTimer(time.Until(r.began.Add(limit)))
	defer timer.Stop()
	select {
	case <-r.ended:
		return true
	case <-timer.C:
	case <-ctx.Done():
	}
	return false
}

func (c *catalog) refresh(r *reading) {
	ctx, cancel := context.WithTimeout(c.done, listTimeout)
	defer cancel()
	found, err := c.read(ctx)

	c.mu.Lock()
	defer c.mu.Unlock()
	defer close(r.ended)
	c.reading, c.known.err = nil, err
	if err != nil {
		c.failed = time.Now()
		return
	}
	c.known.asOf, c.known.seen, c.known.took = r.began, r.seen, time.Since(r.began)
	switch old := c.known.list; {
	case old == nil:
		c.known.list = &listing{found, 1}
	case !slices.Equal(old.ids, found.ids):
		c.known.list = &listing{found, old.version + 1}
	}
}

// outdate makes the next get read the storage again, because this instance has changed it.
func (c *catalog) outdate() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.changes++
}

// outdateUnless does so if the list does not yet have, or still has, a photo that another instance
// sent its visitor here for. Visitors choose the id, so it does so at most ten times a second.
func (c *catalog) outdateUnless(id string, present bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.known.list == nil || !photoID.MatchString(id) || time.Since(c.known.asOf) < freshFor/10 {
		return
	}
	if _, found := c.known.list.position(id); found != present && c.known.seen == c.changes {
		c.changes++
	}
}
