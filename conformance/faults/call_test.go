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

// sandbox is one invocation of a function. A dead sandbox makes no more calls.
type sandbox struct {
	step, run string
	dead      bool
}

type sandboxKey struct{}

type wrappedHandler struct {
	*environment
	step  string
	inner lambda.Handler
}

func (env *environment) wrap(step string, inner lambda.Handler) lambda.Handler {
	return wrappedHandler{env, step, inner}
}

// Invoke injects the fault of this invocation, if there is one, and reports a killed function as
// Lambda does.
func (s wrappedHandler) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	box := &sandbox{step: s.step, run: runOf(payload)}
	if at := s.inject(invocation, box.run, s.step, ""); at != nil {
		if err := at.fault.invocation(s.environment, box.run); err != nil {
			return nil, err
		}
	}
	answer, err := s.inner.Invoke(context.WithValue(ctx, sandboxKey{}, box), payload)
	if box.dead {
		return nil, messages.InvokeResponse_Error{Type: "Runtime.ExitError", Message: "RequestId: 0 Error: Runtime exited with error: signal: killed"}
	}
	return answer, err
}

// runOf returns the name of the execution in a payload, or "" for an event.
func runOf(payload []byte) string {
	var call step.Call
	if json.Unmarshal(payload, &call) != nil {
		return ""
	}
	return release.NameOf(call.Execution)
}

// stepCall is a call that a step makes to AWS.
type stepCall struct {
	ctx  context.Context
	call fabric.Call
	box  *sandbox
	next func() (any, error)
}

var errKilled = fabric.Errorf("Killed", "the function does not live any more")

// latency returns the latency of every call of a run. It keeps the steps, the timers of AWS and
// other runs from acting in the same instant, in which their order would be random.
func latency(run string) time.Duration {
	hash := fnv.New32a()
	_, _ = hash.Write([]byte(stableName(run))) // never fails
	return 7*time.Millisecond + time.Duration(hash.Sum32()%997)*time.Microsecond
}

// intercept passes on calls that no step makes: those are the explorer's own.
func (env *environment) intercept(ctx context.Context, made fabric.Call, next func() (any, error)) (any, error) {
	box, _ := ctx.Value(sandboxKey{}).(*sandbox)
	if box == nil {
		return next()
	}
	if box.dead {
		return nil, errKilled
	}
	if name := prefixes[made.Operation.Service] + ":" + made.Operation.Name; !env.declared[box.step][name] {
		env.violate("step " + box.step + " calls " + name + ", which it does not declare")
	}
	env.sleep(latency(box.run))
	c := &stepCall{ctx: ctx, call: made, box: box, next: func() (any, error) {
		return env.answer(box, made, func() (any, error) { return env.follow(made, next) })
	}}
	at := env.inject(call, box.run, box.step, made.Operation.String())
	env.checkExclusive(box, made.Operation)
	if made.Operation.Name == "RunInstances" {
		defer env.checkBuilders()
	}
	if at != nil {
		return at.fault.call(env, c)
	}
	return c.next()
}

// answer answers a call, subject to the outages and the hidden resources of earlier faults.
func (env *environment) answer(box *sandbox, made fabric.Call, next func() (any, error)) (any, error) {
	env.mu.Lock()
	err := outageError(env.outages, box.step, made.Operation)
	unseen := slices.Clone(env.hidden)
	env.mu.Unlock()
	if err != nil {
		return nil, err
	}
	return answerWithout(unseen, made, next)
}

// outage is a fault that lasts.
type outage struct {
	until     time.Time // zero: until endFaults
	step      string    // or "" for every step
	operation fabric.Operation
	err       error
}

func outageError(all []outage, step string, operation fabric.Operation) error {
	for _, one := range all {
		if (one.step == "" || one.step == step) && one.operation == operation && (one.until.IsZero() || time.Now().Before(one.until)) {
			return one.err
		}
	}
	return nil
}

func (env *environment) startOutage(one outage) {
	env.mu.Lock()
	defer env.mu.Unlock()
	env.outages = append(env.outages, one)
}
