// Package machine has the machines of the embedded cloud's instances. A Kind decides whether that
// is a process with a folder for its disk or only a simulation.
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
	Role       string // the instance's photogallery:role tag: builder, runner or fleet
	UserData   string // decoded
	Tags       map[string]string
	ImageTags  map[string]string
	Image      any  // from Capture, or nil for a base image
	Restarted  bool // not its first boot, and so no user data runs
}

// Host receives a machine's messages to the cloud. Its methods take the cloud's lock themselves, so
// they must not be called directly from Boot, Stop, Kill or Capture. They never block otherwise.
// Only After may be called from anywhere.
type Host interface {
	// PutEvents puts one event on the default bus, as the instance's role would.
	PutEvents(source, detailType string, detail json.RawMessage)
	// Stopped reports that the machine has ended: after Stop, by a shutdown from inside, or by a
	// crash. A second call for the same instance is ignored.
	Stopped(instanceID string)
	// After calls what without the lock when the AWS duration has passed at the cloud's pace,
	// unless stop is called or the cloud closes first.
	After(onAWS time.Duration, what func()) (stop func())
}

// Machine is one running instance. RoundTrip is its service on port 80; it may block and is never
// called under the lock. The other methods return at once.
type Machine interface {
	http.RoundTripper
	// CPU returns the load in percent over the last minute.
	CPU() float64
	// Stop starts a normal shutdown, which ends with Host.Stopped.
	Stop()
	// Kill ends the machine at once. Host.Stopped may follow or not.
	Kill()
}

// Starter is a Machine whose service starts in real time, at any pace. A group keeps it pending
// while it is starting, as AWS does while an instance boots, so that later waits begin as they
// would on AWS.
type Starter interface {
	// Starting reports whether the service is still starting: it has not answered yet, and has not
	// taken much longer than at its image's build. It returns at once.
	Starting() bool
}

// Kind makes machines and turns them into images. Its methods are called under the cloud's lock and
// return at once.
type Kind interface {
	// Boot starts a machine without waiting for it.
	Boot(Spec, Host) Machine
	// Capture copies the machine's disk. It calls done once, without the lock, with the content for
	// Spec.Image and its size in bytes, or an error.
	Capture(m Machine, done func(content any, bytes int64, err error))
	// Discard says that no instance will boot from content any more.
	Discard(content any)
}
