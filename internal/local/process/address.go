package process

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"strconv"
)

// address is the address of an instance's service.
type address struct {
	host string
	port int
}

// String returns host:port.
func (a address) String() string { return net.JoinHostPort(a.host, strconv.Itoa(a.port)) }

// addresses finds addresses for instances.
type addresses struct {
	one bool // all instances share 127.0.0.1, with a port each
}

// servicePort is the port of an instance with its own address. Port 80 needs root.
const servicePort = 8080

// take finds a free address: one of 127.x.y.z for each instance, or a port of 127.0.0.1.
func (a addresses) take(ctx context.Context) (address, error) {
	const tries = 20
	var err error
	for range tries {
		candidate := address{host: "127.0.0.1"}
		if !a.one {
			candidate = address{fmt.Sprintf("127.%d.%d.%d", 64+rand.IntN(64), rand.IntN(256), 1+rand.IntN(254)), servicePort}
		}
		var listener net.Listener
		if listener, err = (&net.ListenConfig{}).Listen(ctx, "tcp", candidate.String()); err == nil {
			candidate.port = listener.Addr().(*net.TCPAddr).Port
			return candidate, listener.Close()
		}
	}
	return address{}, fmt.Errorf("no free loopback address for an instance: %w", err)
}

// Address returns the host:port of an instance's service, or "" unless the instance runs or boots.
func (k *Kind) Address(instanceID string) string {
	m := k.machine(instanceID)
	if m == nil {
		return ""
	}
	select {
	case <-m.booted:
		return m.address.String()
	default:
		return ""
	}
}
