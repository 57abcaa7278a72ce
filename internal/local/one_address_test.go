package local_test

import (
	"net"
	"net/http"
	"testing"

	"photogallery/internal/local"
)

// A machine with macOS has no loopback address beside 127.0.0.1.
func TestInstancesShareOneAddressByTheirPorts(t *testing.T) {
	c := startWith(t, t.TempDir(), local.Options{Address: "127.0.0.1:0", Data: t.TempDir(), OneAddress: true})
	c.released()
	if status, body, err := c.get("/"); err != nil || status != http.StatusOK {
		t.Errorf("it answers %d %s, %v", status, body, err)
	}
	status, err := c.control.Status(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ports := map[string]bool{}
	for _, instance := range status.Instances {
		host, port, err := net.SplitHostPort(instance.Address)
		if err != nil || host != "127.0.0.1" || ports[port] || instance.Health != "healthy" {
			t.Errorf("%s has %s, %s, %v", instance.ID, instance.Address, instance.Health, err)
		}
		ports[port] = true
	}
	if len(ports) < 2 {
		t.Errorf("there are %d instances", len(ports))
	}
}
