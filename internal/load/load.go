// Package load sends a bounded rate of requests to a gallery and counts the answers.
package load

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// viewers is the number of concurrent requests.
const viewers = 16

// Load is a running load.
type Load struct {
	home, rest []string
	posts      bool
	client     *http.Client
	sent       atomic.Int64
	stop       context.CancelFunc
	running    sync.WaitGroup

	mu     sync.Mutex
	result Result
}

// Result is the result of a load.
type Result struct {
	Requests  int
	Failures  int            // without an answer, or with an incomplete or unexpected one
	First     string         // the first failure
	Instances map[string]int // home pages by the instance that they name
	times     []time.Duration
}

// Percentile returns the time within which this many of a hundred requests were answered, or 0 for
// none.
func (r Result) Percentile(of int) time.Duration {
	if len(r.times) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(r.times))
	return sorted[min(len(sorted)-1, len(sorted)*of/100)].Round(10 * time.Microsecond)
}

// OnThisMachine returns an error for a URL whose host is neither loopback nor an address of this
// machine: no other host may be loaded, whatever a file says.
func OnThisMachine(of string) error {
	parsed, err := url.Parse(of)
	if err != nil {
		return err
	}
	if parsed.Hostname() == "localhost" {
		return nil
	}
	host, err := netip.ParseAddr(parsed.Hostname())
	if err != nil {
		return fmt.Errorf("%s names no address of this machine", of)
	}
	own, err := net.InterfaceAddrs()
	if err != nil {
		return err
	}
	isHost := func(address net.Addr) bool {
		prefix, err := netip.ParsePrefix(address.String())
		return err == nil && prefix.Addr() == host.Unmap()
	}
	if host.IsLoopback() || slices.ContainsFunc(own, isHost) {
		return nil
	}
	return fmt.Errorf("%s is another machine's", of)
}

// Start sends about perSecond requests a second alternately to the home page and to the rest, until
// End.
func Start(home string, perSecond int, rest ...string) *Load {
	return (&Load{home: []string{home}, rest: rest, client: newClient()}).start(perSecond)
}

// StartPages sends about perSecond requests a second to the pages in turn, until End.
func StartPages(perSecond int, pages ...string) *Load {
	return (&Load{home: pages, client: newClient()}).start(perSecond)
}

// StartPosting is Start with a POST in one of eight requests, whose body is as large as a small
// photo and is refused by the gallery. It is for one's own gallery only, because another app might
// keep the body.
func StartPosting(home string, perSecond int) *Load {
	return (&Load{home: []string{home}, posts: true, client: newClient()}).start(perSecond)
}

func newClient() *http.Client {
	return &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: viewers}}
}

// start starts the viewers one after another, so that the first second already has the full rate.

func (l *Load) start(perSecond int) *Load {
	ctx, stop := context.WithCancel(context.Background())
	l.stop, l.result.Instances = stop, map[string]int{}
	for i := range viewers {
		l.running.Go(func() {
			select {
			case <-ctx.Done():
			case <-time.After(time.Second * time.Duration(i) / time.Duration(perSecond)):
				l.view(ctx, time.Second*viewers/time.Duration(perSecond))
			}
		})
	}
	return l
}

// view sends a request at once and then one in each interval.
func (l *Load) view(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	var page bytes.Buffer
	for ; ctx.Err() == nil; next(ctx, tick) {
		turn := int(l.sent.Add(1) - 1)
		began := time.Now()
		page.Reset()
		if l.posts && turn%between == between-1 {
			l.count(post(context.WithoutCancel(ctx), l.client, l.home[0]), time.Since(began), nil)
			continue
		}
		urls := l.home
		if turn%2 == 1 && len(l.rest) > 0 {
			urls = l.rest
		}
		failure := get(context.WithoutCancel(ctx), l.client, urls[turn/2%len(urls)], &page)
		l.count(failure, time.Since(began), instanceID.Find(page.Bytes()))
	}
}

func next(ctx context.Context, tick *time.Ticker) {
	select {
	case <-ctx.Done():
	case <-tick.C:
	}
}

// instanceID matches the instance in the footer of the gallery's pages.
var instanceID = regexp.MustCompile(`\bi-[0-9a-f]{17}\b`)

// Get reads a whole page. An answer other than 200 is an error.
func Get(ctx context.Context, client *http.Client, url string) error {
	return get(ctx, client, url, io.Discard)
}

func get(ctx context.Context, client *http.Client, url string, into io.Writer) error {
	status, _, err := received(ctx, client, http.MethodGet, url, http.NoBody, into)
	if err == nil && status != http.StatusOK {
		err = fmt.Errorf("it is answered with %d %s", status, http.StatusText(status))
	}
	return err
}

// posted is the body of the POST requests.
var posted = make([]byte, 128<<10)

const between = 8

// post expects an answer of the service itself, with any status and with the page of the gallery.
func post(ctx context.Context, client *http.Client, url string) error {
	status, length, err := received(ctx, client, http.MethodPost, url, bytes.NewReader(posted), io.Discard)
	if err == nil && (status >= http.StatusInternalServerError || length == 0) {
		err = fmt.Errorf("a POST is answered with %d %s and %d bytes", status, http.StatusText(status), length)
	}
	return err
}

// received is the part of an answer that a client receives, up to its announced length.
func received(ctx context.Context, client *http.Client, method, url string, body io.Reader, into io.Writer) (status int, length int64, err error) {
	request, err := http.NewRequestWithContext(ctx, method, url, body)
	if err != nil {
		return 0, 0, err
	}
	response, err := client.Do(request)
	if err != nil {
		return 0, 0, err
	}
	defer response.Body.Close()
	if length, err = io.Copy(into, response.Body); err != nil {
		return 0, 0, fmt.Errorf("the answer to a %s breaks off after %d bytes: %w", method, length, err)
	}
	return response.StatusCode, length, nil
}

var thumbnail = regexp.MustCompile(`src="(/thumbs/[^"]+)"`)

// Thumbnails returns the thumbnails of a gallery's home page, or none if the page is another app's.
func Thumbnails(ctx context.Context, home string) ([]string, error) {
	base, err := url.Parse(home)
	if err != nil {
		return nil, err
	}
	var page bytes.Buffer
	if err := get(ctx, &http.Client{Timeout: 20 * time.Second}, home, &page); err != nil {
		return nil, err
	}
	var found []string
	for _, match := range thumbnail.FindAllSubmatch(page.Bytes(), -1) {
		found = append(found, base.JoinPath(string(match[1])).String())
	}
	return found, nil
}

func (l *Load) count(failure error, took time.Duration, instance []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.result.Requests++
	l.result.times = append(l.result.times, took)
	if len(instance) > 0 {
		l.result.Instances[string(instance)]++
	}
	if failure != nil {
		l.result.Failures++
		if l.result.First == "" {
			l.result.First = failure.Error()
		}
	}
}

// Requests returns how many requests have been answered.
func (l *Load) Requests() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.result.Requests
}

// recent is the number of requests in the percentiles of a running Load.
const recent = 2000

// Now returns the result so far, with the percentiles of the last requests.
func (l *Load) Now() Result {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := l.result
	now.Instances = maps.Clone(now.Instances)
	now.times = slices.Clone(now.times[max(0, len(now.times)-recent):])
	return now
}

// End waits for the requests in flight.
func (l *Load) End() Result {
	l.stop()
	l.running.Wait()
	return l.result
}
