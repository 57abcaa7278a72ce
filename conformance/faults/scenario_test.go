package faults

import (
	"time"

	"photogallery/internal/localcloud/machine"
)

// scenario is what is done to an environment while faults strike. Releases are named r1, r2, …, and
// teardowns t1, t2, …
type scenario struct {
	name    string
	before  func(*world) // without faults
	during  func(*world) // starts what it is about; what it starts is awaited
	main    string       // the execution whose end counts in the report
	subject string       // the release that makes an image of its own, whose machines can be at fault; "" for none
	again   string       // the release that must succeed when the fault is lifted

	former bool            // a release serves before it that must not lose capacity
	ends   map[string]bool // executions that the scenario itself ends
}

func nothing(*world) {}

// serving brings a first release up.
func serving(w *world) {
	w.release("r1", `{}`)
	w.end("r1")
}

// scenarios are in the order of the report.
func scenarios() []scenario {
	return []scenario{
		{
			name: "first", before: nothing, main: "r1", subject: "r1", again: `{}`,
			during: func(w *world) { w.release("r1", `{"ttl": "24h"}`) },
		},
		{
			name: "cached", before: serving, main: "r2", again: `{"version": "3"}`, former: true,
			during: func(w *world) { w.release("r2", `{"version": "2"}`) },
		},
		{
			name: "rolling", before: serving, main: "r2", subject: "r2", again: `{"rebake": true}`, former: true,
			during: func(w *world) { w.release("r2", `{"rebake": true}`) },
		},
		{
			name: "rollback", main: "r3", again: `{"rebake": true}`, former: true,
			before: func(w *world) {
				serving(w)
				w.release("r2", `{"rebake": true}`)
				w.end("r2")
			},
			during: func(w *world) { w.release("r3", `{"image": "`+w.recorded().FormerImage+`"}`) },
		},
		{
			name: "ttl", before: nothing, main: "r1", again: `{}`,
			during: func(w *world) {
				w.release("r1", `{"ttl": "1h"}`)
				w.end("r1")
				w.listFromHere()
				time.Sleep(65 * time.Minute)
			},
		},
		{
			name: "teardown", main: "t1", again: `{}`,
			before: func(w *world) {
				w.release("r1", `{"ttl": "12h"}`)
				w.end("r1")
			},
			during: func(w *world) { w.teardown("t1", `{}`) },
		},
		{
			name: "morning", main: "r2", again: `{}`,
			before: func(w *world) {
				serving(w)
				w.teardown("t1", `{}`)
				w.end("t1")
			},
			during: func(w *world) { w.release("r2", `{}`) },
		},
		{
			// Everything of a first release is undone.
			name: "undo-first", before: nothing, main: "r1", again: `{}`,
			during: func(w *world) {
				w.behaves(func(spec machine.Spec) machine.Behavior { return machine.Behavior{NeverHealthy: isNew(spec, "r1")} })
				w.release("r1", `{"ttl": "24h"}`)
				w.listFrom("Undo")
			},
		},
		{
			name: "undo-rolling", before: serving, main: "r2", again: `{"rebake": true}`, former: true,
			during: func(w *world) {
				w.behaves(func(spec machine.Spec) machine.Behavior { return machine.Behavior{NeverHealthy: isNew(spec, "r2")} })
				w.release("r2", `{"rebake": true}`)
				w.listFrom("Undo")
			},
		},
		{
			// An abort in the middle of the refresh: a rule has it undone.
			name: "undo-aborted", before: serving, main: "r2", again: `{"rebake": true}`, former: true,
			ends: map[string]bool{"r2": true},
			during: func(w *world) {
				w.release("r2", `{"rebake": true, "ttl": "24h", "minSize": 3, "maxSize": 6}`)
				time.Sleep(12*time.Minute + 3*time.Second) // all instances of r2 are launched
				w.listFromHere()
				_ = w.abort("r2")
			},
		},
		{
			name: "release-and-teardown", before: serving, main: "t1", subject: "r2", again: `{}`,
			ends: map[string]bool{"r2": true},
			during: func(w *world) {
				w.release("r2", `{"rebake": true}`)
				time.Sleep(3*time.Minute + 3*time.Second)
				w.listFromHere()
				w.teardown("t1", `{}`)
			},
		},
		{
			name: "two-releases", before: serving, main: "r2", subject: "r2", again: `{"rebake": true}`, former: true,
			during: func(w *world) {
				w.release("r2", `{"rebake": true}`)
				time.Sleep(61 * time.Second)
				w.listFrom("GuardRefresh")
				w.release("r3", `{"version": "3", "wait": true}`)
			},
		},
		{
			name: "nightly-teardown", before: serving, main: "t1", subject: "r2", again: `{}`,
			ends: map[string]bool{"r2": true},
			during: func(w *world) {
				w.release("r2", `{"rebake": true}`)
				time.Sleep(12*time.Minute + 3*time.Second) // all instances of r2 are launched
				w.listFromHere()
				w.teardown("t1", `{"images": "delete"}`)
			},
		},
	}
}
