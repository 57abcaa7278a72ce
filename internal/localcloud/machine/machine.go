// Package machine has the machines of the embedded cloud's instances. A Kind decides whether that
// is a process with a folder for its disk or nothing at all.
package machine

import (
	"encoding/json"
	"net/http"
	"time"
)

// Spec describes an instance when it boots.
type Spec struct {
	InstanceID string
	Zone       string
	Role       string // the instance's photogallery:role tag: builder or fleet
	UserData   string // decoded
	Tags       map[string]string
	ImageTags  map[string]string
	Image      any // what Capture made, or nil for a base image
}

// Host receives what a machine may tell the cloud. Its methods take the cloud's lock themselves, so
// they must not be called from Boot, Stop, Kill or Capture directly; they never wait for anything
// else. After alone may be called from anywhere.
type Host interface {
	// PutEvents puts one event on the default bus, as the instance's role would.
	PutEvents(source, detailType string, detail json.RawMessage)
	// Stopped tells that the machine has ended: after Stop, by a shutdown from inside, or by its
	// death. A second call for the same instance is ignored.
	Stopped(instanceID string)
	// After runs what, without the lock, once the AWS duration has passed at the cloud's pace,
	// unless stop is called or the cloud closes first.
	After(onAWS time.Duration, what func()) (stop func())
}

// Machine is one running instance. RoundTrip is its service on port 80; it may block and is
// never called under the lock. The other methods return at once.
type Machine interface {
	http.RoundTripper
	// CPU returns the load in percent over the last minute.
	CPU() float64
	// Stop begins an orderly shutdown; Host.Stopped follows.
	Stop()
	// Kill ends the machine at once. Host.Stopped may follow or not.
	Kill()
}

// Starter is a Machine whose service starts in real time, which no pace makes shorter. While it is
// starting, a group keeps it pending, as AWS does while an instance boots; so the waits that follow begin
// when they would begin on AWS.
type Starter interface {
	// Starting reports whether the service may be waited for: it has not answered yet, and not for much
	// longer than it took where its image was built. It returns at once.
	Starting() bool
}

// Kind makes machines and turns them into images. Its methods are called under the cloud's lock
// and return at once.
type Kind interface {
	// Boot starts a machine; whatever takes time happens later.
	Boot(Spec, Host) Machine
	// Capture copies the machine's disk. done is called once, without the lock, with what Spec.Image
	// is to be, its size in bytes, or the reason why there is none.
	Capture(m Machine, done func(content any, bytes int64, err error))
	// Discard tells that no instance will boot from content any more.
	Discard(content any)
}
