package faults

import (
	"context"
	"encoding/json"
	"hash/fnv"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"

	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/lambda"
	"photogallery/lambdas/step"
	"photogallery/release"
)

// sandbox is one invocation of a function: what it has done by its end is what counts, and a dead
// one does nothing more.
type sandbox struct {
	step, run string
	dead      bool
}

type sandboxKey struct{}

type surrounded struct {
	*world
	step  string
	inner lambda.Handler
}

func (w *world) around(step string, inner lambda.Handler) lambda.Handler {
	return surrounded{w, step, inner}
}

// Invoke lets what must happen before the function happen, and reports a dead one as Lambda does.
func (s surrounded) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	box := &sandbox{step: s.step, run: runOf(payload)}
	if struck := s.pass(invocation, box.run, s.step, ""); struck != nil {
		if err := struck.fault.invocation(s.world, box.run); err != nil {
			return nil, err
		}
	}
	answer, err := s.inner.Invoke(context.WithValue(ctx, sandboxKey{}, box), payload)
	if box.dead {
		return nil, messages.InvokeResponse_Error{Type: "Runtime.ExitError", Message: "RequestId: 0 Error: Runtime exited with error: signal: killed"}
	}
	return answer, err
}

// runOf is the name of the execution that a payload carries; "" for an event.
func runOf(payload []byte) string {
	var call step.Call
	if json.Unmarshal(payload, &call) != nil {
		return ""
	}
	return release.NameOf(call.Execution)
}

// crossing is one call of a step on its way to AWS.
type crossing struct {
	ctx  context.Context
	call fabric.Call
	box  *sandbox
	next func() (any, error)
}

var errKilled = fabric.Errorf("Killed", "the function does not live any more")

// latency is of every call of a run. It keeps what the steps do, what AWS does by the clock and what
// another run does from falling on the same instant, whose order would be another each time.
func latency(run string) time.Duration {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(steady(run))) // never fails
	return 7*time.Millisecond + time.Duration(hash.Sum32()%997)*time.Microsecond
}

// intercept leaves what is not a step's alone: the explorer itself calls.
func (w *world) intercept(ctx context.Context, made fabric.Call, next func() (any, error)) (any, error) {
	box, _ := ctx.Value(sandboxKey{}).(*sandbox)
	if box == nil {
		return next()
	}
	if box.dead {
		return nil, errKilled
	}
	if name := prefixes[made.Operation.Service] + ":" + made.Operation.Name; !w.declared[box.step][name] {
		w.violate("step " + box.step + " calls " + name + ", which it does not declare")
	}
	w.sleep(latency(box.run))
	c := &crossing{ctx: ctx, call: made, box: box, next: func() (any, error) { return w.besides(box, made, next) }}
	at := w.pass(call, box.run, box.step, made.Operation.String())
	w.checkAlone(box, made.Operation)
	if made.Operation.Name == "RunInstances" {
		defer w.checkBuilders()
	}
	if at != nil {
		return at.fault.call(w, c)
	}
	return c.next()
}

// besides is the call as far as faults that have struck elsewhere let it.
func (w *world) besides(box *sandbox, made fabric.Call, next func() (any, error)) (any, error) {
	w.mu.Lock()
	err := refusal(w.ongoing, box.step, made.Operation)
	unseen := slices.Clone(w.hidden)
	w.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return hiding(unseen, made, next)
}

// ongoing is a fault that lasts.
type ongoing struct {
	until     time.Time // zero: until it is lifted
	step      string    // "" for every step
	operation fabric.Operation
	err       error
}

func refusal(all []ongoing, step string, operation fabric.Operation) error {
	for _, one := range all {
		if (one.step == "" || one.step == step) && one.operation == operation && (one.until.IsZero() || time.Now().Before(one.until)) {
			return one.err
		}
	}
	return nil
}

func (w *world) last(one ongoing) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.ongoing = append(w.ongoing, one)
}
