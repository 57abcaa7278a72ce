// Package load sends a bounded rate of requests to a gallery's home page and counts the answers.
package load

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"sync"
	"time"
)

// viewers is how many requests are under way at a time.
const viewers = 16

// Load is one that runs.
type Load struct {
	stop    context.CancelFunc
	running sync.WaitGroup

	mu     sync.Mutex
	result Result
}

// Result is what came of a load.
type Result struct {
	Requests int
	Failures int    // no answer, one that broke off, or one that is not 200
	First    string // what the first failure was
	times    []time.Duration
}

// Percentile is the time within which that many of a hundred requests were answered; 0 for none.
func (r Result) Percentile(of int) time.Duration {
	if len(r.times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(r.times))
	return sorted[min(len(sorted)-1, len(sorted)*of/100)].Round(10 * time.Microsecond)
}

// Start sends about perSecond requests a second to the URL, until End.
func Start(url string, perSecond int) *Load {
	ctx, stop := context.WithCancel(context.Background())
	l := &Load{stop: stop}
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: viewers}}
	for range viewers {
		l.running.Go(func() {
			tick := time.NewTicker(time.Second * viewers / time.Duration(perSecond))
			defer tick.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
				}
				began := time.Now()
				l.count(Get(context.WithoutCancel(ctx), client, url), time.Since(began))
			}
		})
	}
	return l
}

// Get reads a page whole; an answer other than 200 is an error.
func Get(ctx context.Context, client *http.Client, url string) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return err
	}
	response, err := client.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if _, err := io.Copy(io.Discard, response.Body); err != nil {
		return fmt.Errorf("the answer breaks off: %w", err)
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("it is answered with %s", response.Status)
	}
	return nil
}

func (l *Load) count(failure error, took time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.result.Requests++
	l.result.times = append(l.result.times, took)
	if failure != nil {
		l.result.Failures++
		if l.result.First == "" {
			l.result.First = failure.Error()
		}
	}
}

// Requests is how many were answered so far.
func (l *Load) Requests() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.result.Requests
}

// End waits for the requests under way.
func (l *Load) End() Result {
	l.stop()
	l.running.Wait()
	return l.result
}
