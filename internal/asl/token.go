package asl

import (
	"context"
	"crypto/rand"
	"fmt"
)

// callback receives the outcome of a waitForTaskToken task.
type callback struct {
	machine *Machine
	token   string
	ctx     context.Context // of the attempt
	closed  bool            // guarded by machine.mu
	outcome chan answer     // with room for one
}

// issue returns a new task token for an attempt that ends with ctx, or earlier.
func (m *Machine) issue(ctx context.Context) *callback {
	c := &callback{machine: m, token: rand.Text() + rand.Text(), ctx: ctx, outcome: make(chan answer, 1)}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.tokens[c.token] = c
	return c
}

// close invalidates the token.
func (c *callback) close() {
	c.machine.mu.Lock()
	defer c.machine.mu.Unlock()
	c.closed = true
}

// last ends a task whose time is over. An outcome that was accepted before wins, because its sender
// was told that it succeeded. The callback is nil if there is no token.
func (c *callback) last() answer {
	if c != nil {
		c.close()
		select {
		case end := <-c.outcome:
			return end
		default:
		}
	}
	return answer{fail: interrupted}
}

// SendTaskSuccess completes the token's task with JSON output. It returns at once. The errors are
// ErrInvalidOutput, ErrInvalidToken, ErrTaskDoesNotExist and ErrTaskTimedOut, as in
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html.
func (m *Machine) SendTaskSuccess(token string, output []byte) error {
	result, fail := readPayload(output)
	if fail != nil {
		return fmt.Errorf("%w: %s", ErrInvalidOutput, fail.Cause)
	}
	return m.complete(token, answer{result: result})
}

// SendTaskFailure fails the token's task. It returns at once, with the errors of
// SendTaskSuccess.
func (m *Machine) SendTaskFailure(token, errorName, cause string) error {
	return m.complete(token, answer{fail: &TaskError{errorName, cause}})
}

func (m *Machine) complete(token string, end answer) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	c, issued := m.tokens[token]
	switch {
	case len(token) != 2*len(rand.Text()):
		return fmt.Errorf("%w: the task token has %d characters", ErrInvalidToken, len(token))
	case !issued:
		return fmt.Errorf("%w: no task of %s has this token", ErrTaskDoesNotExist, m.name)
	case c.closed || c.ctx.Err() != nil:
		return fmt.Errorf("%w: the task is over", ErrTaskTimedOut)
	}
	c.closed = true
	c.outcome <- end
	return nil
}
