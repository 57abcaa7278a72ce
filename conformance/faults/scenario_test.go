package faults

import (
	"time"

	"photogallery/internal/localcloud/machine"
)

// scenario is a sequence of operations during which faults are injected. Releases are named r1, r2,
// …, and teardowns t1, t2, …
type scenario struct {
	name    string
	before  func(*environment) // without faults
	during  func(*environment) // starts the executions under test
	main    string             // the execution whose end the report counts
	subject string             // the release that makes an image and whose machines can fail, or "" for none
	again   string             // the release that must succeed after the faults

	former bool            // an earlier release serves and must not lose capacity
	ends   map[string]bool // executions that the scenario itself ends
}

func noSetup(*environment) {}

// serveFirst brings up a first release.
func serveFirst(env *environment) {
	env.release("r1", `{}`)
	env.awaitEnd("r1")
}

// scenarios lists the scenarios in the order of the report.
func scenarios() []scenario {
	return []scenario{
		{
			name: "first", before: noSetup, main: "r1", subject: "r1", again: `{}`,
			during: func(env *environment) { env.release("r1", `{"ttl": "24h"}`) },
		},
		{
			name: "cached", before: serveFirst, main: "r2", again: `{"version": "3"}`, former: true,
			during: func(env *environment) { env.release("r2", `{"version": "2"}`) },
		},
		{
			name: "rolling", before: serveFirst, main: "r2", subject: "r2", again: `{"rebake": true}`, former: true,
			during: func(env *environment) { env.release("r2", `{"rebake": true}`) },
		},
		{
			name: "rollback", main: "r3", again: `{"rebake": true}`, former: true,
			before: func(env *environment) {
				serveFirst(env)
				env.release("r2", `{"rebake": true}`)
				env.awaitEnd("r2")
			},
			during: func(env *environment) { env.release("r3", `{"image": "`+env.recorded().FormerImage+`"}`) },
		},
		{
			name: "ttl", before: noSetup, main: "r1", again: `{}`,
			during: func(env *environment) {
				env.release("r1", `{"ttl": "1h"}`)
				env.awaitEnd("r1")
				env.listFromHere()
				time.Sleep(65 * time.Minute)
			},
		},
		{
			name: "teardown", main: "t1", again: `{}`,
			before: func(env *environment) {
				env.release("r1", `{"ttl": "12h"}`)
				env.awaitEnd("r1")
			},
			during: func(env *environment) { env.teardown("t1", `{}`) },
		},
		{
			name: "morning", main: "r2", again: `{}`,
			before: func(env *environment) {
				serveFirst(env)
				env.teardown("t1", `{}`)
				env.awaitEnd("t1")
			},
			during: func(env *environment) { env.release("r2", `{}`) },
		},
		{
			// The whole first release is undone.
			name: "undo-first", before: noSetup, main: "r1", again: `{}`,
			during: func(env *environment) {
				env.setBehavior(func(spec machine.Spec) machine.Behavior { return machine.Behavior{NeverHealthy: isNew(spec, "r1")} })
				env.release("r1", `{"ttl": "24h"}`)
				env.listFrom("Undo")
			},
		},
		{
			name: "undo-rolling", before: serveFirst, main: "r2", again: `{"rebake": true}`, former: true,
			during: func(env *environment) {
				env.setBehavior(func(spec machine.Spec) machine.Behavior { return machine.Behavior{NeverHealthy: isNew(spec, "r2")} })
				env.release("r2", `{"rebake": true}`)
				env.listFrom("Undo")
			},
		},
		{
			// The refresh is interrupted by an abort, and a rule starts the undo.
			name: "undo-aborted", before: serveFirst, main: "r2", again: `{"rebake": true}`, former: true,
			ends: map[string]bool{"r2": true},
			during: func(env *environment) {
				env.release("r2", `{"rebake": true, "ttl": "24h", "minSize": 3, "maxSize": 6}`)
				time.Sleep(12*time.Minute + 3*time.Second) // all instances of r2 are launched
				env.listFromHere()
				_ = env.abort("r2")
			},
		},
		{
			name: "release-and-teardown", before: serveFirst, main: "t1", subject: "r2", again: `{}`,
			ends: map[string]bool{"r2": true},
			during: func(env *environment) {
				env.release("r2", `{"rebake": true}`)
				time.Sleep(3*time.Minute + 3*time.Second)
				env.listFromHere()
				env.teardown("t1", `{}`)
			},
		},
		{
			name: "two-releases", before: serveFirst, main: "r2", subject: "r2", again: `{"rebake": true}`, former: true,
			during: func(env *environment) {
				env.release("r2", `{"rebake": true}`)
				time.Sleep(61 * time.Second)
				env.listFrom("GuardRefresh")
				env.release("r3", `{"version": "3", "wait": true}`)
			},
		},
		{
			name: "nightly-teardown", before: serveFirst, main: "t1", subject: "r2", again: `{}`,
			ends: map[string]bool{"r2": true},
			during: func(env *environment) {
				env.release("r2", `{"rebake": true}`)
				time.Sleep(12*time.Minute + 3*time.Second) // all instances of r2 are launched
				env.listFromHere()
				env.teardown("t1", `{"images": "delete"}`)
			},
		},
	}
}
