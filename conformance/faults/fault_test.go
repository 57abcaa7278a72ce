package faults

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
)

// fault is one kind of failure. The function that fits the point is called there. A fault of the
// machines is present from the start.
type fault struct {
	name string
	fits func(point) bool // the points where it can happen

	call       func(*environment, *stepCall) (any, error)
	invocation func(env *environment, run string) error
	event      func(env *environment, arrive func())
	machines   func(env *environment, subject string) func(machine.Spec) machine.Behavior

	tolerated    func(point) bool // the points where the run must end as without the fault, or nil for none
	losesEvent   bool             // of an execution's end
	deniesReads  bool             // that a step needs
	failsRelease bool             // which must end clean
	excuse       excuse
}

// excuse lists the promises that do not hold under a fault. docs/reliability.md explains each.
type excuse struct {
	ends      bool // an execution may be aborted or time out
	unswept   bool // the next run sweeps, not this one
	capacity  bool // the fleet may lose capacity
	serving   bool // the release may stop serving
	snapshots bool // a snapshot may remain until the next run
}

func atCalls(at point) bool { return at.kind == call }

// atChanges accepts calls that change something. A read that has no effect, takes too long or loses
// its answer fails in one way.
func atChanges(at point) bool { return at.kind == call && !atLooks(at) }

func atLooks(at point) bool {
	_, operation, _ := strings.Cut(at.operation, ".")
	return at.kind == call && looks(operation)
}

func looks(operation string) bool {
	return slices.ContainsFunc([]string{"Describe", "Get", "List", "Head"}, func(word string) bool { return strings.HasPrefix(operation, word) })
}

func atInvocations(at point) bool { return at.kind == invocation && at.run != "" }
func atEvents(at point) bool      { return at.kind == event }

func always(point) bool { return true }

// outlastsOutage rejects the calls that Resume cannot do without. Lambda runs the function three
// times within three minutes and then drops the event, which alone has the build's result.
func outlastsOutage(at point) bool {
	return at.operation != "DynamoDB.UpdateItem" && at.operation != "EC2.DescribeInstances"
}

// recoveredByAwait accepts the call of Resume that AwaitBuild makes up for, because the result is
// recorded first.
func recoveredByAwait(at point) bool {
	return at.step == "Resume" && at.operation == "SFN.SendTaskSuccess"
}

func recoveredWithoutEvent(at point) bool { return at.step != "Build Result" }

// faults lists all kinds in the order of the report.
func faults() []fault {
	all := []fault{}
	all = append(all, callFaults()...)
	all = append(all, visibilityFaults()...)
	all = append(all, functionFaults()...)
	all = append(all, eventFaults()...)
	all = append(all, operatorFaults()...)
	return append(all, machineFaults()...)
}

func callFaults() []fault {
	return []fault{
		{name: "throttled-once", tolerated: always, fits: atCalls, call: func(_ *environment, c *stepCall) (any, error) { return nil, throttled(c.call.Operation) }},
		{name: "throttled-10m", tolerated: outlastsOutage, fits: atCalls, call: func(env *environment, c *stepCall) (any, error) {
			env.startOutage(outage{until: time.Now().Add(10 * time.Minute), operation: c.call.Operation, err: throttled(c.call.Operation)})
			return c.next()
		}},
		{name: "refused", deniesReads: true, tolerated: recoveredByAwait, fits: atCalls, call: func(env *environment, c *stepCall) (any, error) {
			env.startOutage(outage{step: c.box.step, operation: c.call.Operation, err: fabric.Denied(c.call.Operation)})
			return c.next()
		}},
		{name: "server-error", tolerated: always, fits: atCalls, call: func(env *environment, c *stepCall) (any, error) {
			env.startOutage(outage{until: time.Now().Add(time.Minute), operation: c.call.Operation, err: fabric.Errorf("InternalFailure", "An internal error has occurred")})
			return c.next()
		}},
		{name: "lost-answer", tolerated: always, fits: atChanges, call: func(_ *environment, c *stepCall) (any, error) {
			_, _ = c.next() // it has taken effect
			return nil, fabric.Errorf("RequestTimeout", "the answer is lost")
		}},
		{name: "killed-before", tolerated: always, fits: atCalls, call: func(_ *environment, c *stepCall) (any, error) {
			c.box.dead = true
			return nil, errKilled
		}},
		{name: "killed-after", tolerated: always, fits: atChanges, call: func(_ *environment, c *stepCall) (any, error) {
			_, _ = c.next()
			c.box.dead = true
			return nil, errKilled
		}},
		{name: "slow-before", tolerated: always, fits: atChanges, call: func(_ *environment, c *stepCall) (any, error) {
			<-c.ctx.Done()
			c.box.dead = true
			return nil, c.ctx.Err()
		}},
		{name: "slow-after", tolerated: always, fits: atChanges, call: func(_ *environment, c *stepCall) (any, error) {
			_, _ = c.next()
			<-c.ctx.Done()
			c.box.dead = true
			return nil, c.ctx.Err()
		}},
	}
}

func throttled(operation fabric.Operation) error {
	if operation.Service == "EC2" {
		return fabric.Errorf("RequestLimitExceeded", "Request limit exceeded.")
	}
	return fabric.Errorf("ThrottlingException", "Rate exceeded")
}

func functionFaults() []fault {
	unavailable := func(*environment, string) error {
		return messages.InvokeResponse_Error{Type: "Lambda.ServiceException", Message: "Service exception"}
	}
	return []fault{{name: "function-unavailable", tolerated: always, fits: func(at point) bool { return at.kind == invocation }, invocation: unavailable}}
}

func eventFaults() []fault {
	return []fault{
		{name: "event-lost", losesEvent: true, tolerated: recoveredWithoutEvent, fits: atEvents, event: func(*environment, func()) {}},
		{name: "event-late", tolerated: always, fits: atEvents, event: func(env *environment, arrive func()) {
			env.sleep(10 * time.Minute)
			arrive()
		}},
		{name: "event-twice", tolerated: always, fits: atEvents, event: func(env *environment, arrive func()) {
			arrive()
			env.sleep(20 * time.Second)
			arrive()
		}},
		{name: "event-out-of-order", tolerated: always, fits: atEvents, event: func(env *environment, arrive func()) {
			env.afterTheNext(arrive)
		}},
	}
}

// sleep blocks for d or until the cloud is closed.
func (env *environment) sleep(d time.Duration) {
	select {
	case <-time.After(d):
	case <-env.Cloud.Fabric.Context().Done():
	}
}

// afterTheNext delivers an event after the next one, or after five minutes if there is none.
func (env *environment) afterTheNext(arrive func()) {
	so := env.events()
	for range 5 * 60 {
		env.sleep(time.Second)
		if env.events() > so {
			break
		}
	}
	arrive()
}

func (env *environment) events() (count int) {
	env.mu.Lock()
	defer env.mu.Unlock()
	for at, turns := range env.trace.turns {
		if at.kind == event {
			count += turns
		}
	}
	return count
}
