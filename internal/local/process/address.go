package process

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"runtime"
	"strconv"
)

// address is where an instance's service listens.
type address struct {
	host string
	port int
}

// String is host:port.
func (a address) String() string { return net.JoinHostPort(a.host, strconv.Itoa(a.port)) }

type addresses struct{}

// servicePort is the port of an instance with an address of its own. Port 80 needs root.
const servicePort = 8080

// take finds an address nobody listens on. On Linux every 127.x.y.z is the machine's own, and each
// instance gets one; elsewhere it gets a port of 127.0.0.1.
func (addresses) take(ctx context.Context) (address, error) {
	const tries = 20
	var err error
	for range tries {
		candidate := address{host: "127.0.0.1"}
		if runtime.GOOS == "linux" {
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

// Address is host:port of an instance's service, or "" for an instance that does not run or boots.
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
