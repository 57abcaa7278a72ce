// Package pace ends requests whose bodies do not arrive.
package pace

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"sync/atomic"
	"time"
)

const (
	// Patience is the longest time without a byte of a body. An Application Load Balancer's idle timeout has this default.
	// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#connection-idle-timeout
	Patience = 60 * time.Second
	// slowest is the bytes a second that a body must have sent after Patience: less than any network, and more
	// than a client sends that only means to keep a connection.
	slowest = 1 << 10
)

type key struct{}

// Stalled reports whether a request that Bodies handed on has ended because too little of its body came. Its context
// is canceled then, and reading the body fails.
func Stalled(r *http.Request) bool {
	paced, isPaced := r.Context().Value(key{}).(*body)
	if !isPaced {
		return false
	}
	ends := paced.ends.Load()
	return ends != nil && !time.Now().Before(*ends)
}

// Bodies has h read bodies for as long as they come, however large they are. The time that h takes between two
// reads counts for no client.
func Bodies(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			h.ServeHTTP(w, r)
			return
		}
		paced := &body{ReadCloser: r.Body, connection: http.NewResponseController(w)}
		paced.allow() // also for a body that h does not read, which the server does
		r = r.WithContext(context.WithValue(r.Context(), key{}, paced))
		r.Body = paced
		h.ServeHTTP(w, r)
	})
}

type body struct {
	io.ReadCloser
	connection *http.ResponseController
	waited     time.Duration
	came       int
	ends       atomic.Pointer[time.Time] // the deadline of a read that is under way, or failed for it
}

// allow gives the next piece its time. A connection without deadlines, as in a test, needs none.
func (b *body) allow() {
	left := Patience + time.Duration(b.came)*time.Second/slowest - b.waited
	ends := time.Now().Add(min(left, Patience))
	b.ends.Store(&ends)
	_ = b.connection.SetReadDeadline(ends)
}

// Read satisfies io.Reader.
func (b *body) Read(piece []byte) (n int, err error) {
	b.allow()
	began := time.Now()
	n, err = b.ReadCloser.Read(piece)
	b.waited += time.Since(began)
	b.came += n
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		b.ends.Store(nil)
	}
	if errors.Is(err, io.EOF) {
		_ = b.connection.SetReadDeadline(time.Time{}) // the server listens on, for the client's end
	}
	return n, err
}
