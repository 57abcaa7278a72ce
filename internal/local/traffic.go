package local

import (
	"net/http"
	"slices"
	"sync"
	"time"
)

// traffic measures the load balancer from the clients' side.
type traffic struct {
	mu     sync.Mutex
	times  []time.Duration // until the headers arrived
	errors int             // 5xx answers
}

// maxTimes limits what one minute keeps. Further requests do not count.
const maxTimes = 100_000

// measured records how long each request through the transport takes.
func (t *traffic) measured(through http.RoundTripper) http.RoundTripper {
	return roundTripper(func(request *http.Request) (*http.Response, error) {
		began := time.Now()
		response, err := through.RoundTrip(request)
		took := time.Since(began)
		t.mu.Lock()
		defer t.mu.Unlock()
		if len(t.times) < maxTimes {
			t.times = append(t.times, took)
		}
		if err == nil && response.StatusCode >= http.StatusInternalServerError {
			t.errors++
		}
		return response, err
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

// RoundTrip implements http.RoundTripper.
func (r roundTripper) RoundTrip(request *http.Request) (*http.Response, error) { return r(request) }

// take returns the median and the slowest hundredth in milliseconds, nil without requests, and
// starts again.
func (t *traffic) take() (median, slow *float64, errors int) {
	t.mu.Lock()
	times := t.times
	errors = t.errors
	t.times, t.errors = nil, 0
	t.mu.Unlock()
	if len(times) == 0 {
		return nil, nil, errors
	}
	slices.Sort(times)
	at := func(percent int) *float64 {
		milliseconds := float64(times[len(times)*percent/100].Microseconds()) / 1000
		return &milliseconds
	}
	return at(50), at(99), errors
}
