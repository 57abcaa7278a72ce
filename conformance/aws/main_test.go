//go:build conformance

package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"photogallery/conformance/aws/e2e"
	"photogallery/internal/patience"
	"photogallery/release"
)

func TestRunDoesNothingWithoutConsent(t *testing.T) {
	for name, test := range map[string]struct {
		arguments []string
		variables map[string]string
		says      []string
	}{
		"no variable":        {nil, nil, []string{"It costs $", "at most", "a second version takes over", wanted + "=1"}},
		"another value":      {nil, map[string]string{wanted: "yes"}, []string{wanted + "=1"}},
		"too small a cap":    {nil, map[string]string{wanted: "1", capped: "0.10"}, []string{"$0.10", capped + " to 0."}},
		"no cap":             {nil, map[string]string{wanted: "1", capped: "one dollar"}, []string{`"one dollar"`, "1.00"}},
		"no dollars":         {nil, map[string]string{capped: "NaN"}, []string{`"NaN"`}},
		"main is no run's":   {[]string{"-sweep", "main"}, nil, []string{`"main"`, "gallery teardown"}},
		"an unknown flag":    {[]string{"-force"}, nil, []string{"-force"}},
		"an unknown size":    {[]string{"-size", "lab"}, nil, []string{`"lab"`, "whole or short"}},
		"a needless word":    {[]string{"e2eabcdef"}, map[string]string{wanted: "1"}, []string{"e2eabcdef", "-sweep"}},
		"more than one word": {[]string{"-sweep", "e2eabcdef", "e2eghijkl"}, nil, []string{"e2eghijkl"}},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			err := run(t.Context(), t.Context(), test.arguments, func(name string) string { return test.variables[name] }, &out)
			if release.CodeOf(err) != release.InvalidRequest || statusOf(err) != refused {
				t.Fatalf("it ends with %v", err)
			}
			for _, word := range test.says {
				if said := out.String() + err.Error(); !strings.Contains(said, word) {
					t.Errorf("it says nothing of %q:\n%s", word, said)
				}
			}
		})
	}
}

func TestFailedRunHasItsOwnExitStatus(t *testing.T) {
	if status := statusOf(errors.Join(errors.New("a check failed"), e2e.Failure{})); status != failed {
		t.Errorf("it is %d", status)
	}
}

// commandIn has a folder with a CDK's command that is this shell script.
func commandIn(t *testing.T, script string) cdk {
	t.Helper()
	t.Chdir(t.TempDir())
	if _, err := newCDK("e2eabcdef", aws.Config{}); release.CodeOf(err) != release.InvalidRequest {
		t.Errorf("without the command it ends with %v", err)
	}
	bin := filepath.Join("node_modules", ".bin")
	if err := os.MkdirAll(bin, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(bin, "cdk"), []byte("#!/bin/sh\n"+script), 0o755); err != nil {
		t.Fatal(err)
	}
	command, err := newCDK("e2eabcdef", aws.Config{Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	return command
}

func TestCDKErrorsAreReported(t *testing.T) {
	command := commandIn(t, `echo "$AWS_REGION $*"; [ "$1" = synth ] || { echo the stack is in use >&2; exit 1; }`)
	if err := command.run(t.Context(), "synth", "--quiet"); err != nil {
		t.Error(err)
	}
	err := command.run(t.Context(), "destroy", "--force")
	if err == nil || !strings.Contains(err.Error(), "the stack is in use") || strings.Contains(err.Error(), "--quiet") {
		t.Errorf("it ends with %v", err)
	}
	log, err := os.ReadFile(command.log)
	if err != nil || !strings.Contains(string(log), "us-east-1 synth --quiet") {
		t.Errorf("the log has %q: %v", log, err)
	}
}

func TestCDKIsInterruptedNotKilled(t *testing.T) {
	command := commandIn(t, `trap 'echo ended in order; exit 130' INT; echo ready; while :; do sleep 0.05; done`)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- command.run(ctx, "deploy") }()
	for deadline := time.Now().Add(patience.Limit); ; time.Sleep(10 * time.Millisecond) {
		if log, err := os.ReadFile(command.log); err == nil && strings.Contains(string(log), "ready") {
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("it does not start")
		}
	}
	cancel()
	if err := <-ended; err == nil || !strings.Contains(err.Error(), "ended in order") {
		t.Errorf("it ends with %v", err)
	}
}

func TestCtrlCEndsTheStoryAndOnlyTheThirdTimeTheCleaningUp(t *testing.T) {
	warnings, warn := io.Pipe()
	story, cleaning, stop := twice(warn)
	defer stop()
	press := func(says string) {
		t.Helper()
		if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
			t.Fatal(err)
		}
		text := make([]byte, 1000)
		n, err := warnings.Read(text)
		if err != nil || !strings.Contains(string(text[:n]), says) {
			t.Fatalf("it says %q: %v", text[:n], err)
		}
	}
	press("Ending the story")
	<-story.Done()
	press("make aws-sweep")
	if cleaning.Err() != nil {
		t.Error("the second Ctrl-C ends the cleaning up")
	}
	if err := syscall.Kill(os.Getpid(), syscall.SIGINT); err != nil {
		t.Fatal(err)
	}
	<-cleaning.Done()
	if cause := context.Cause(cleaning); !strings.Contains(cause.Error(), "interrupt") {
		t.Errorf("the cause is %v", cause)
	}
}
