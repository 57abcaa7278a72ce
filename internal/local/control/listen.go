package control

import (
	"context"
	"errors"
	"net"
	"syscall"

	"photogallery/release"
)

// ListenOnLoopback listens on an address that must be loopback.
func ListenOnLoopback(ctx context.Context, address, flag string) (net.Listener, error) {
	listener, err := Listen(ctx, address, flag)
	if err != nil {
		return nil, err
	}
	if at, isTCP := listener.Addr().(*net.TCPAddr); !isTCP || !at.IP.IsLoopback() {
		err := release.Errorf(release.InvalidRequest, "%s %s is not a loopback address, and the service there is only for this machine: give one such as 127.0.0.1:8081", flag, address)
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// Listen listens on an address. flag is what gave it. Its error is StillInUse if the address is taken, and else
// InvalidRequest.
func Listen(ctx context.Context, address, flag string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", address)
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		return nil, release.Errorf(release.StillInUse, "the address %s is taken: end what listens there, or name another with %s", address, flag)
	case err != nil:
		return nil, release.Errorf(release.InvalidRequest, "the address %s cannot be listened on: %w; name another with %s", address, err, flag)
	}
	return listener, nil
}
