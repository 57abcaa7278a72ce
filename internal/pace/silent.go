package pace

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// silent are the connections that wait for a request's whole header, the one that has waited longest first.
type silent struct {
	mutex sync.Mutex
	order list.List // of net.Conn
	in    map[net.Conn]*list.Element
	came  chan struct{} // takes a word when there is one more, or nil if nobody tells
}

// Yield has the connection that has been silent longest closed when all places are taken and another client
// comes, so that clients that only connect do not keep others out. The server must not have begun.
func (b *Bound) Yield(server *http.Server) {
	b.silent.in, b.silent.came = map[net.Conn]*list.Element{}, make(chan struct{}, 1)
	server.ConnState = b.silent.note
}

// note is told of a new connection before its first request, and that it is active once the header is whole.
// https://pkg.go.dev/net/http#ConnState
func (s *silent) note(connection net.Conn, state http.ConnState) {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	if one, isIn := s.in[connection]; isIn {
		s.order.Remove(one)
		delete(s.in, connection)
	}
	if state != http.StateNew && state != http.StateIdle {
		return
	}
	s.in[connection] = s.order.PushBack(connection)
	select {
	case s.came <- struct{}{}:
	default:
	}
}

// end closes the connection that has been silent longest, and reports whether there was one.
func (s *silent) end() bool {
	s.mutex.Lock()
	defer s.mutex.Unlock()
	first := s.order.Front()
	if first == nil {
		return false
	}
	connection, _ := s.order.Remove(first).(net.Conn)
	delete(s.in, connection)
	_ = connection.Close() // its server hears of it
	return true
}

// takePlace waits for a place, and reports whether there is one: not when the listener is closed.
func (b *Bound) takePlace() bool {
	for {
		select {
		case b.places <- struct{}{}:
			return true
		case <-b.closed:
			return false
		default:
		}
		if b.silent.end() {
			continue
		}
		select {
		case b.places <- struct{}{}:
			return true
		case <-b.silent.came:
		case <-b.closed:
			return false
		}
	}
}
