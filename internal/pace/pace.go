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
	// Patience is the longest time without a byte of a body. It is the default idle timeout of an
	// Application Load Balancer.
	// https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-load-balancer-attributes.html#connection-idle-timeout
	Patience = 60 * time.Second
	// slowest is the rate in bytes a second that a body must reach after Patience: slower than any
	// network, and faster than a client that only wants to keep a connection.
	slowest = 1 << 10
)

type key struct{}

// Stalled reports whether a request behind Bodies was ended because its body was too slow. Its
// context is canceled then, and reading the body fails.
func Stalled(r *http.Request) bool {
	paced, isPaced := r.Context().Value(key{}).(*body)
	if !isPaced {
		return false
	}
	ends := paced.ends.Load()
	return ends != nil && !time.Now().Before(*ends)
}

// Bodies lets h read bodies as long as they keep coming, of any size. The time that h takes between
// two reads does not count.
func Bodies(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Body == nil || r.Body == http.NoBody {
			h.ServeHTTP(w, r)
			return
		}
		paced := &body{ReadCloser: r.Body, connection: http.NewResponseController(w)}
		paced.allow() // also for a body that h does not read; the server reads it
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
	ends       atomic.Pointer[time.Time] // the deadline of a running read, or of one that failed for it
}

// allow sets the deadline of the next piece. A connection without deadlines, as in a test, needs
// none.
func (b *body) allow() {
	left := Patience + time.Duration(b.came)*time.Second/slowest - b.waited
	ends := time.Now().Add(min(left, Patience))
	b.ends.Store(&ends)
	_ = b.connection.SetReadDeadline(ends)
}

// Read implements io.Reader.
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
		_ = b.connection.SetReadDeadline(time.Time{}) // the server waits for the client's end
	}
	return n, err
}
