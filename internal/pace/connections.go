package pace

import (
	"io"
	"math"
	"net"
	"sync"
	"syscall"
	"time"
)

// piece is the number of bytes that a connection must accept within Patience, as many as a body
// must send.
const piece = int(Patience / time.Second * slowest)

// Bounded returns a listener with at most one open connection per so many files that the process
// may open. Others wait until one of them ends.
func Bounded(listener net.Listener, filesEach int) *Bound {
	return bounded(listener, maxConnections(filesEach), false)
}

// Paced is Bounded, and closes connections whose client does not read the answer, as Bodies does
// with those that do not send. It is for servers without a WriteTimeout, whose answers may take
// long.
func Paced(listener net.Listener, filesEach int) *Bound {
	return bounded(listener, maxConnections(filesEach), true)
}

// maxConnections is 4096 if the system has a high limit or none.
func maxConnections(filesEach int) int {
	const least, most = 8, 4096
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return most
	}
	return int(max(least, min(most, uint64(files.Cur)/uint64(filesEach)))) //nolint:unconvert // signed on some systems
}

func bounded(listener net.Listener, most int, paced bool) *Bound {
	return &Bound{Listener: listener, paced: paced, places: make(chan struct{}, most), closed: make(chan struct{})}
}

// Bound is a listener with a limited number of connections.
type Bound struct {
	net.Listener
	paced   bool
	places  chan struct{}
	closing sync.Once
	closed  chan struct{}
	silent  silent
}

// Accept implements net.Listener.
func (b *Bound) Accept() (net.Conn, error) {
	if !b.takePlace() {
		return nil, net.ErrClosed
	}
	leave := sync.OnceFunc(func() { <-b.places })
	accepted, err := b.Listener.Accept()
	if err != nil {
		leave()
		return nil, err
	}
	one := held{Conn: accepted, leave: leave, paced: b.paced}
	if tcp, isTCP := accepted.(*net.TCPConn); isTCP {
		return &heldTCP{one, tcp}, nil
	}
	return &one, nil
}

// Close implements net.Listener.
func (b *Bound) Close() error {
	b.closing.Do(func() { close(b.closed) })
	return b.Listener.Close()
}

// held is a connection that occupies a place.
type held struct {
	net.Conn
	leave func()
	paced bool
}

// Close implements net.Conn.
func (h *held) Close() error {
	defer h.leave()
	return h.Conn.Close()
}

// Write implements net.Conn.
func (h *held) Write(content []byte) (n int, err error) {
	if !h.paced {
		return h.Conn.Write(content)
	}
	for n < len(content) && err == nil {
		var written int
		h.allow()
		written, err = h.Conn.Write(content[n:min(len(content), n+piece)])
		n += written
	}
	return n, err
}

func (h *held) allow() { _ = h.SetWriteDeadline(time.Now().Add(Patience)) } // a write without a deadline fails by itself

// heldTCP keeps the TCP methods that a server uses: without them the system does not send files,
// and clients lose answers when a server closes the connection.
type heldTCP struct {
	held
	tcp *net.TCPConn
}

// CloseWrite implements the method of net.TCPConn.
func (h *heldTCP) CloseWrite() error { return h.tcp.CloseWrite() }

// ReadFrom implements io.ReaderFrom.
func (h *heldTCP) ReadFrom(content io.Reader) (n int64, err error) {
	if !h.paced {
		return h.tcp.ReadFrom(content)
	}
	left := int64(math.MaxInt64)
	if limited, isLimited := content.(*io.LimitedReader); isLimited { // as for a file
		content, left = limited.R, limited.N
		defer func() { limited.N = left }()
	}
	for left > 0 && err == nil {
		h.allow()
		part := &io.LimitedReader{R: content, N: min(left, int64(piece))}
		var sent int64
		sent, err = h.tcp.ReadFrom(part)
		n, left = n+sent, left-sent
		if part.N > 0 { // it is at its end
			break
		}
	}
	return n, err
}
