package console

import (
	"net/http"
	"sync"
	"time"

	"photogallery/internal/load"
	"photogallery/internal/local/control"
	"photogallery/release"
)

// The bounds protect the machine, whose cores both send and serve the requests.
const (
	maxRate    = 2000
	maxSeconds = 600
)

// loader runs one load at a time for all pages.
type loader struct {
	mu      sync.Mutex
	running *load.Load
	timer   *time.Timer
	shown   *loadState
}

// loadState is the state of the running load, or the result of the last one.
type loadState struct {
	Running  bool      `json:"running"`
	Rate     int       `json:"rate"`
	Began    time.Time `json:"began"`
	Until    time.Time `json:"until"`
	Requests int       `json:"requests"`
	Failures int       `json:"failures"`
	First    string    `json:"first,omitempty"` // the first failure
	Median   float64   `json:"median"`          // milliseconds
	Slow     float64   `json:"slow"`            // the slowest 1 in 100
}

// loadRequest is a person's request for a load.
type loadRequest struct {
	Rate    int `json:"rate"`
	Seconds int `json:"seconds"`
}

func (l loadRequest) check() error {
	var problems release.Problems
	if l.Rate < 1 || l.Rate > maxRate {
		problems = append(problems, release.Problem{Field: "rate", Message: "give a whole number from 1 to 2000"})
	}
	if l.Seconds < 1 || l.Seconds > maxSeconds {
		problems = append(problems, release.Problem{Field: "seconds", Message: "give a whole number from 1 to 600"})
	}
	if len(problems) == 0 {
		return nil
	}
	return release.Errorf(release.InvalidRequest, "%w", problems)
}

func (c *Console) checkLoad(w http.ResponseWriter, r *http.Request) {
	var wanted loadRequest
	if read(w, r, &wanted) {
		answer(w, http.StatusOK, found(wanted.check()))
	}
}

func (c *Console) startLoad(w http.ResponseWriter, r *http.Request) {
	var wanted loadRequest
	if !read(w, r, &wanted) {
		return
	}
	err := wanted.check()
	if err == nil {
		err = c.sendLoad(r, wanted)
	}
	if err != nil {
		control.Refuse(w, err)
		return
	}
	c.feed.look()
	answer(w, http.StatusCreated, struct{}{})
}

func (c *Console) sendLoad(r *http.Request, wanted loadRequest) error {
	status, err := c.Cloud.Status(r.Context())
	if err != nil {
		return err
	}
	if status.Serving == nil {
		return release.Errorf(release.NotFound, "nothing serves: release something first")
	}
	rest, err := load.Thumbnails(r.Context(), status.Gallery)
	if err != nil {
		return release.Errorf(release.VerifyFailed, "the gallery at %s does not answer: %w", status.Gallery, err)
	}
	c.load.start(wanted, status.Gallery, rest)
	return nil
}

func (c *Console) stopLoad(w http.ResponseWriter, _ *http.Request) {
	c.load.stop()
	c.feed.look()
	answer(w, http.StatusOK, struct{}{})
}

// start replaces a running load.
func (l *loader) start(wanted loadRequest, home string, rest []string) {
	l.stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	duration, now := time.Duration(wanted.Seconds)*time.Second, time.Now()
	started := load.Start(home, wanted.Rate, rest...)
	l.running, l.timer = started, time.AfterFunc(duration, func() { l.end(started) })
	l.shown = &loadState{Running: true, Rate: wanted.Rate, Began: now.UTC(), Until: now.Add(duration).UTC()}
}

// stop ends the running load, if there is one.
func (l *loader) stop() {
	l.mu.Lock()
	running := l.running
	l.mu.Unlock()
	if running != nil {
		l.end(running)
	}
}

// end waits for requests in flight, without the lock.
func (l *loader) end(which *load.Load) {
	l.mu.Lock()
	if l.running != which {
		l.mu.Unlock()
		return
	}
	l.timer.Stop()
	l.running, l.shown.Running, l.shown.Until = nil, false, time.Now().UTC()
	shown := l.shown
	l.mu.Unlock()
	result := which.End()
	l.mu.Lock()
	defer l.mu.Unlock()
	shown.count(result)
}

// now returns nil before the first load.
func (l *loader) now() *loadState {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.shown == nil {
		return nil
	}
	if l.running != nil {
		l.shown.count(l.running.Now())
	}
	now := *l.shown
	return &now
}

func (s *loadState) count(result load.Result) {
	s.Requests, s.Failures, s.First = result.Requests, result.Failures, result.First
	s.Median = milliseconds(result.Percentile(50))
	s.Slow = milliseconds(result.Percentile(99))
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
