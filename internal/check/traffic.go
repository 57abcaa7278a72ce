package check

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"
)

// traffic is a bounded load of requests for the home page, which counts those that fail.
type traffic struct {
	stop    context.CancelFunc
	running sync.WaitGroup

	mu       sync.Mutex
	requests int
	failures int
	first    string // what the first failure was
}

// viewers is how many requests are under way at a time.
const viewers = 16

// startTraffic sends about perSecond requests a second, until end.
func startTraffic(url string, perSecond int) *traffic {
	ctx, stop := context.WithCancel(context.Background())
	t := &traffic{stop: stop}
	client := &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: viewers}}
	for range viewers {
		t.running.Go(func() {
			tick := time.NewTicker(time.Second * viewers / time.Duration(perSecond))
			defer tick.Stop()
			for {
				select {
				case <-ctx.Done():
					return
				case <-tick.C:
					t.count(get(client, url))
				}
			}
		})
	}
	return t
}

func get(client *http.Client, url string) error {
	request, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, http.NoBody)
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

func (t *traffic) count(failure error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.requests++
	if failure != nil {
		t.failures++
		if t.first == "" {
			t.first = failure.Error()
		}
	}
}

// reach waits until that many requests were answered.
func (t *traffic) reach(requests int) {
	for {
		t.mu.Lock()
		reached := t.requests >= requests
		t.mu.Unlock()
		if reached {
			return
		}
		time.Sleep(poll)
	}
}

// end waits for the requests under way. It is an error if any failed.
func (t *traffic) end() (requests int, err error) {
	t.stop()
	t.running.Wait()
	if t.failures > 0 {
		return t.requests, fmt.Errorf("%d of %d requests failed, the first because %s", t.failures, t.requests, t.first)
	}
	return t.requests, nil
}
