package elb

import (
	"io"
	"net/http"
	"sync"
)

// answering sends a request to the target's machine and counts it as in flight until its answer has
// been read.
func (t *target) answering(machine http.RoundTripper, request *http.Request) (*http.Response, error) {
	t.underWay.Add(1)
	response, err := machine.RoundTrip(request)
	if err != nil || response.StatusCode == http.StatusSwitchingProtocols {
		t.underWay.Add(-1)
		return response, err
	}
	response.Body = &counted{ReadCloser: response.Body, target: t}
	return response, nil
}

// counted is the body of an answer that is in flight until it is closed.
type counted struct {
	io.ReadCloser
	target *target
	once   sync.Once
}

// Close implements io.Closer.
func (c *counted) Close() error {
	c.once.Do(func() { c.target.underWay.Add(-1) })
	return c.ReadCloser.Close()
}
