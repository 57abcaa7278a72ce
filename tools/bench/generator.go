//go:build linux

package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"net/url"
	"runtime"
	"slices"
	"strconv"
	"syscall"
	"time"
)

// figures holds the figures of one run.
type figures struct {
	perSecond float64
	p50, p99  time.Duration
}

// generator requests one URL on loopback repeatedly, each connection as soon as its last answer is
// complete. It shares two processors with the servers under comparison, so it uses as little of
// them as possible: one thread, and the kernel discards the bodies without copying. wrk, which
// copies them, spends more on a photo than any server here does.
type generator struct {
	address  syscall.SockaddrInet4
	request  []byte
	epoll    int
	open     map[int32]*exchange
	finished []time.Duration
}

// exchange is one request and its answer. left is the rest of the body, unknown (-1) before the
// header is complete.
type exchange struct {
	began     time.Time
	header    []byte
	left      int
	keepAlive bool
}

const (
	longestHeader = 2 << 10
	anyLength     = 1 << 20
)

// run loads one URL for some seconds. It ends on an answer other than 200 with a length.
func run(ctx context.Context, target string, connections, seconds int) (f figures, err error) {
	g, err := newGenerator(target)
	if err != nil {
		return figures{}, err
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer func() { err = errors.Join(err, g.close()) }()
	for range connections {
		if err := g.connect(); err != nil {
			return figures{}, fmt.Errorf("connect to %s: %w", target, err)
		}
	}
	began := time.Now()
	for time.Since(began) < time.Duration(seconds)*time.Second && ctx.Err() == nil {
		if err := g.turn(); err != nil {
			return figures{}, fmt.Errorf("load %s: %w", target, err)
		}
	}
	return figuresOf(g.finished, time.Since(began)), ctx.Err()
}

func figuresOf(finished []time.Duration, took time.Duration) figures {
	if len(finished) == 0 {
		return figures{}
	}
	slices.Sort(finished)
	return figures{float64(len(finished)) / took.Seconds(), finished[len(finished)/2], finished[len(finished)*99/100]}
}

// median returns the median of a figure over several runs.
func median[Run any, T int | float64 | time.Duration](runs []Run, figure func(Run) T) T {
	values := make([]T, 0, len(runs))
	for _, one := range runs {
		values = append(values, figure(one))
	}
	slices.Sort(values)
	return values[len(values)/2]
}

func newGenerator(target string) (*generator, error) {
	parsed, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	address, err := netip.ParseAddrPort(parsed.Host)
	if err != nil {
		return nil, err
	}
	if !address.Addr().Is4() || !address.Addr().IsLoopback() {
		return nil, fmt.Errorf("%s is not on loopback, which is all that is loaded here", target)
	}
	epoll, err := syscall.EpollCreate1(syscall.EPOLL_CLOEXEC)
	return &generator{
		address: syscall.SockaddrInet4{Port: int(address.Port()), Addr: address.Addr().As4()},
		request: fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", parsed.RequestURI(), parsed.Host),
		epoll:   epoll,
		open:    map[int32]*exchange{},
	}, err
}

func (g *generator) close() error {
	err := syscall.Close(g.epoll)
	for socket := range g.open {
		err = errors.Join(err, syscall.Close(int(socket)))
	}
	return err
}

func (g *generator) connect() error {
	began := time.Now()
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	g.open[int32(socket)] = &exchange{header: make([]byte, 0, longestHeader)}
	if err := syscall.Connect(socket, &g.address); err != nil {
		return err
	}
	event := syscall.EpollEvent{Events: syscall.EPOLLIN, Fd: int32(socket)}
	if err := syscall.EpollCtl(g.epoll, syscall.EPOLL_CTL_ADD, socket, &event); err != nil {
		return err
	}
	return g.ask(int32(socket), began)
}

func (g *generator) ask(socket int32, began time.Time) error {
	e := g.open[socket]
	e.began, e.left, e.header = began, -1, e.header[:0]
	_, err := syscall.Write(int(socket), g.request)
	return err
}

// turn waits up to a tenth of a second for answers, and reads them.
func (g *generator) turn() error {
	var events [64]syscall.EpollEvent
	count, err := syscall.EpollWait(g.epoll, events[:], 100)
	if err != nil && !errors.Is(err, syscall.EINTR) {
		return err
	}
	for _, event := range events[:max(count, 0)] {
		if err := g.receive(event.Fd); err != nil {
			return err
		}
	}
	return nil
}

func (g *generator) receive(socket int32) error {
	e := g.open[socket]
	if err := e.receive(int(socket)); err != nil || e.left != 0 {
		return err
	}
	now := time.Now()
	g.finished = append(g.finished, now.Sub(e.began))
	if e.keepAlive {
		return g.ask(socket, now)
	}
	delete(g.open, socket)
	if err := syscall.Close(int(socket)); err != nil {
		return err
	}
	return g.connect()
}

var whatever = make([]byte, anyLength) // never written to, so it takes no memory

func (e *exchange) receive(socket int) error {
	if e.left < 0 {
		count, err := syscall.Read(socket, e.header[len(e.header):longestHeader])
		if err == nil && count == 0 {
			err = errors.New("a connection was closed before its answer")
		}
		if err != nil {
			return err
		}
		e.header = e.header[:len(e.header)+count]
		return e.understand()
	}
	count, _, err := syscall.Recvfrom(socket, whatever[:min(e.left, anyLength)], syscall.MSG_TRUNC)
	if err == nil && count == 0 {
		err = errors.New("a connection was closed within an answer")
	}
	e.left -= count
	return err
}

// understand reads the header when it is complete.
func (e *exchange) understand() error {
	header, body, whole := bytes.Cut(e.header, []byte("\r\n\r\n"))
	if !whole {
		if len(e.header) == longestHeader {
			return errors.New("a header is too long")
		}
		return nil
	}
	if !bytes.HasPrefix(header, []byte("HTTP/1.")) || !bytes.HasPrefix(header[8:], []byte(" 200 ")) {
		return fmt.Errorf("an answer is %q", header)
	}
	length, found := field(header, "Content-Length")
	total, err := strconv.Atoi(string(length))
	if !found || err != nil {
		return fmt.Errorf("an answer has no length: %q", header)
	}
	connection, _ := field(header, "Connection")
	e.keepAlive = header[7] == '1' && !bytes.EqualFold(connection, []byte("close"))
	e.left = total - len(body)
	return nil
}

func field(header []byte, name string) (value []byte, found bool) {
	for len(header) > 0 && !found {
		var line, key []byte
		line, header, _ = bytes.Cut(header, []byte("\r\n"))
		key, value, _ = bytes.Cut(line, []byte(":"))
		found = len(key) == len(name) && bytes.EqualFold(key, []byte(name))
	}
	if !found {
		return nil, false
	}
	return bytes.TrimSpace(value), true
}
