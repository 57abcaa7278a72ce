//go:build linux

package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"photogallery/cdk/executable"
	"photogallery/conformance/runtimeapi"
)

// startRounds is larger than rounds, because anything else on the machine matters in a few
// milliseconds.
const startRounds = 9

// started is one process from its start to its first answer.
type started struct {
	took time.Duration
	peak float64 // its maximum resident memory, in MB
}

// starter starts functions of two kinds that make the same calls to our AWS.
type starter struct {
	aws       *refusal
	bootstrap string
	python    string
	packages  []string // folders of Python's packages: boto3, the runtime, and the function itself
}

// benchStart compares what a cold start of each function adds to Lambda's own work, and its memory,
// with a Python function that makes the same first call with boto3.
func benchStart(ctx context.Context, folder string) error {
	calls, err := firstCalls()
	if err != nil {
		return err
	}
	s := &starter{aws: newRefusal(), bootstrap: filepath.Join(folder, "bootstrap")}
	defer s.aws.Close()
	if err := errors.Join(executable.Functions(ctx, s.bootstrap, executable.Host()), s.installPython(ctx, folder)); err != nil {
		return err
	}
	fmt.Println(startHead)
	var all []compared
	for _, call := range calls {
		one, err := s.compare(ctx, call)
		if err != nil {
			return fmt.Errorf("%s: %w", call.Step, err)
		}
		fmt.Println(one)
		all = append(all, one)
	}
	tellStarts(all)
	return tellZips(ctx, folder, s.packages[0])
}

// compared is a function beside its counterpart in Python, round by round.
type compared struct {
	step, call   string
	ours, theirs []started
}

// compare runs both alternately.
func (s *starter) compare(ctx context.Context, call firstCall) (compared, error) {
	c := compared{step: call.Step}
	deployed, err := s.function(call)
	if err != nil {
		return c, err
	}
	event := fmt.Appendf(nil, `{"operation": %q, "parameters": %s}`, call.Operation, call.Parameters)
	for range startRounds {
		one, called, err := s.start(ctx, deployed, call.Event)
		if err != nil {
			return c, err
		}
		c.ours = append(c.ours, one)
		if call.Service == "" && called == "" {
			continue
		}
		c.call = call.Service + " " + call.Operation
		other, calledToo, err := s.start(ctx, s.likeIt(call), event)
		if err != nil {
			return c, err
		}
		if called != calledToo {
			return c, fmt.Errorf("its first call is %q, and in Python %q", called, calledToo)
		}
		c.theirs = append(c.theirs, other)
	}
	return c, nil
}

// start measures from the process's start until its answer, the refusal of the call, has reached
// the Runtime API.
func (s *starter) start(ctx context.Context, f runtimeapi.Function, event []byte) (one started, called string, err error) {
	var log strings.Builder
	f.Timeout, f.Log = 20*time.Second, &log
	began := time.Now()
	host, err := runtimeapi.Start(f)
	if err != nil {
		return one, "", err
	}
	answer, err := host.Invoke(ctx, event)
	one.took = time.Since(began)
	if err == nil {
		one.peak, err = peak(host.Process())
	}
	host.Close()
	if err != nil {
		return one, "", fmt.Errorf("%w\n%s", err, log.String())
	}
	calls := s.aws.called()
	if len(calls) == 0 {
		if answer.Failed {
			err = fmt.Errorf("it calls nothing and answers %s\n%s", answer.Payload, log.String())
		}
		return one, "", err
	}
	return one, calls[0], nil
}
