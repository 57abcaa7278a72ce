//go:build !linux

package app

import (
	"context"
	"net"
	"net/http"
)

func withConn(ctx context.Context, _ net.Conn) context.Context { return ctx }

// cork does nothing here: only Linux has it.
func cork(*http.Request) (uncork func()) { return func() {} }
