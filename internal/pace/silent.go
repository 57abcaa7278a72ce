package pace

import (
	"container/list"
	"net"
	"net/http"
	"sync"
)

// silent holds the connections without a complete request header, longest wait first.
type silent struct {
	mutex sync.Mutex
	order list.List // of net.Conn
	in    map[net.Conn]*list.Element
	came  chan struct{} // receives a value for each new connection, or nil if nobody needs it
}

// Yield closes the connection that has been silent longest when all places are taken and another
// client arrives, so that clients that only connect do not keep others out. It must be called
// before the server starts.
func (b *Bound) Yield(server *http.Server) {
	b.silent.in, b.silent.came = map[net.Conn]*list.Element{}, make(chan struct{}, 1)
	server.ConnState = b.silent.note
}

// note records a new connection, and that it is active when its first header is complete.
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

// takePlace waits for a place. It returns false when the listener is closed.
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
