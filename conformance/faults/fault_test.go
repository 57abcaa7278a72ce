package faults

import (
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
)

// fault is one kind of failure. What strikes is the one of its functions that fits the call or event; a
// fault of the machines is there from the beginning.
type fault struct {
	name string
	fits func(site) bool // where it can strike

	call       func(*world, *crossing) (any, error)
	invocation func(w *world, run string) error
	event      func(w *world, arrive func())
	machines   func(w *world, subject string) func(machine.Spec) machine.Behavior

	passes func(site) bool // the run must end as it does without the fault; nil for need not
	loses  bool            // an event
	blinds bool            // a step that must look
	fails  bool            // the release must fail clean
	excuse excuse
}

// excuse is what cannot be promised under a fault; each is explained in docs/reliability.md.
type excuse struct {
	ends      bool // an execution may be aborted or time out
	unswept   bool // nothing is swept before the next run
	capacity  bool // the fleet may lose capacity
	serving   bool // what serves may not serve any more
	snapshots bool // a snapshot may stay that the next run removes
}

func atCalls(at site) bool { return at.kind == call }

// atChanges leaves calls out that only look: whether such a call has no effect, takes too long or
// loses its answer is the same to all.
func atChanges(at site) bool { return at.kind == call && !atLooks(at) }

func atLooks(at site) bool {
	_, operation, _ := strings.Cut(at.operation, ".")
	return at.kind == call && looks(operation)
}

func looks(operation string) bool {
	return slices.ContainsFunc([]string{"Describe", "Get", "List", "Head"}, func(word string) bool { return strings.HasPrefix(operation, word) })
}

func atInvocations(at site) bool { return at.kind == invocation && at.run != "" }
func atEvents(at site) bool      { return at.kind == event }

func always(site) bool { return true }

// outwaited leaves out what Resume cannot do without: Lambda runs an event's function three times
// within three minutes and then gives up, and nobody but the event tells a build's result.
func outwaited(at site) bool {
	return at.operation != "DynamoDB.UpdateItem" && at.operation != "EC2.DescribeInstances"
}

// completedElsewhere is the call of Resume that AwaitBuild makes up for: the result is recorded first.
func completedElsewhere(at site) bool {
	return at.step == "Resume" && at.operation == "SFN.SendTaskSuccess"
}

func heardElsewhere(at site) bool { return at.step != "Build Result" }

// faults are all kinds, in the order of the report.
func faults() []fault {
	all := []fault{}
	all = append(all, callFaults()...)
	all = append(all, unseenFaults()...)
	all = append(all, functionFaults()...)
	all = append(all, eventFaults()...)
	all = append(all, handFaults()...)
	return append(all, machineFaults()...)
}

func callFaults() []fault {
	return []fault{
		{name: "throttled-once", passes: always, fits: atCalls, call: func(_ *world, c *crossing) (any, error) { return nil, throttled(c.call.Operation) }},
		{name: "throttled-10m", passes: outwaited, fits: atCalls, call: func(w *world, c *crossing) (any, error) {
			w.last(ongoing{until: time.Now().Add(10 * time.Minute), operation: c.call.Operation, err: throttled(c.call.Operation)})
			return c.next()
		}},
		{name: "refused", blinds: true, passes: completedElsewhere, fits: atCalls, call: func(w *world, c *crossing) (any, error) {
			w.last(ongoing{step: c.box.step, operation: c.call.Operation, err: refused(c.call.Operation)})
			return c.next()
		}},
		{name: "server-error", passes: always, fits: atCalls, call: func(w *world, c *crossing) (any, error) {
			w.last(ongoing{until: time.Now().Add(time.Minute), operation: c.call.Operation, err: fabric.Errorf("InternalFailure", "An internal error has occurred")})
			return c.next()
		}},
		{name: "lost-answer", passes: always, fits: atChanges, call: func(_ *world, c *crossing) (any, error) {
			_, _ = c.next() // it has taken effect
			return nil, fabric.Errorf("RequestTimeout", "the answer is lost")
		}},
		{name: "killed-before", passes: always, fits: atCalls, call: func(_ *world, c *crossing) (any, error) {
			c.box.dead = true
			return nil, errKilled
		}},
		{name: "killed-after", passes: always, fits: atChanges, call: func(_ *world, c *crossing) (any, error) {
			_, _ = c.next()
			c.box.dead = true
			return nil, errKilled
		}},
		{name: "slow-before", passes: always, fits: atChanges, call: func(_ *world, c *crossing) (any, error) {
			<-c.ctx.Done()
			c.box.dead = true
			return nil, c.ctx.Err()
		}},
		{name: "slow-after", passes: always, fits: atChanges, call: func(_ *world, c *crossing) (any, error) {
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

func refused(operation fabric.Operation) error {
	if operation.Service == "EC2" {
		return fabric.Errorf("UnauthorizedOperation", "You are not authorized to perform this operation.")
	}
	return fabric.Errorf("AccessDeniedException", "User is not authorized to perform: %s", operation.Name)
}

func functionFaults() []fault {
	unavailable := func(*world, string) error {
		return messages.InvokeResponse_Error{Type: "Lambda.ServiceException", Message: "Service exception"}
	}
	return []fault{{name: "function-unavailable", passes: always, fits: func(at site) bool { return at.kind == invocation }, invocation: unavailable}}
}

func eventFaults() []fault {
	return []fault{
		{name: "event-lost", loses: true, passes: heardElsewhere, fits: atEvents, event: func(*world, func()) {}},
		{name: "event-late", passes: always, fits: atEvents, event: func(w *world, arrive func()) {
			w.sleep(10 * time.Minute)
			arrive()
		}},
		{name: "event-twice", passes: always, fits: atEvents, event: func(w *world, arrive func()) {
			arrive()
			w.sleep(20 * time.Second)
			arrive()
		}},
		{name: "event-out-of-order", passes: always, fits: atEvents, event: func(w *world, arrive func()) {
			w.afterTheNext(arrive)
		}},
	}
}

// sleep blocks for that time, or until the cloud is closed.
func (w *world) sleep(d time.Duration) {
	select {
	case <-time.After(d):
	case <-w.Cloud.Fabric.Context().Done():
	}
}

// afterTheNext lets an event arrive behind the one that follows it, if one does within five minutes.
func (w *world) afterTheNext(arrive func()) {
	so := w.events()
	for range 5 * 60 {
		w.sleep(time.Second)
		if w.events() > so {
			break
		}
	}
	arrive()
}

func (w *world) events() (count int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for at, turns := range w.trail.turns {
		if at.kind == event {
			count += turns
		}
	}
	return count
}
