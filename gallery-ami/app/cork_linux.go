package app

import (
	"context"
	"net"
	"net/http"
	"syscall"
)

type connKey struct{}

func withConn(ctx context.Context, conn net.Conn) context.Context {
	return context.WithValue(ctx, connKey{}, conn)
}

// cork has the kernel send an answer's header and its file in full packets
// until the returned function is called: net/http writes the header by itself,
// which would otherwise cost a packet and wake the client for it.
func cork(r *http.Request) (uncork func()) {
	conn, isTCP := r.Context().Value(connKey{}).(*net.TCPConn)
	if !isTCP {
		return func() {}
	}
	set := func(on int) {
		if raw, err := conn.SyscallConn(); err == nil {
			_ = raw.Control(func(fd uintptr) { // what fails only costs speed
				_ = syscall.SetsockoptInt(int(fd), syscall.IPPROTO_TCP, syscall.TCP_CORK, on)
			})
		}
	}
	set(1)
	return func() { set(0) }
}
