package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"

	"photogallery/conformance/moto"
	"photogallery/internal/patience"
)

// event is what go test -json says.
// https://pkg.go.dev/cmd/test2json
type event struct {
	Action, Package, ImportPath, Test, Output string
	Elapsed                                   float64 // seconds
}

// result is how a test went; one without a name is that of a whole package.
type result struct {
	pkg, test string
	action    string // pass, fail or skip; "" while it runs
	took      float64
	output    strings.Builder
}

// run are the results in the order in which tests began.
type run struct {
	results []*result
	byName  map[string]*result
	ended   error // of go test
}

// runTests runs all conformance tests, and tells on the standard error which package is through. A failed
// test is no error.
func runTests(ctx context.Context) (*run, error) {
	root, err := moto.Root()
	if err != nil {
		return nil, err
	}
	command := exec.CommandContext(ctx, "go", "test", "-tags", "conformance", "-count", "1", "-timeout", patience.Tests.String(), "-json", "./conformance/...")
	command.Dir, command.Stderr = root, os.Stderr
	out, err := command.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := command.Start(); err != nil {
		return nil, err
	}
	ran, err := readRun(out)
	ran.ended = command.Wait()
	return ran, err
}

func readRun(from io.Reader) (*run, error) {
	ran := &run{byName: map[string]*result{}}
	for decoder := json.NewDecoder(from); ; {
		var e event
		if err := decoder.Decode(&e); errors.Is(err, io.EOF) {
			return ran, nil
		} else if err != nil {
			return ran, err
		}
		ran.hear(e)
	}
}

func (r *run) hear(e event) {
	if e.Action == "build-output" {
		fmt.Fprint(os.Stderr, e.Output)
	}
	if e.Package == "" {
		return
	}
	one := r.result(e.Package, e.Test)
	switch e.Action {
	case "output":
		one.output.WriteString(e.Output)
	case "pass", "fail", "skip":
		one.action, one.took = e.Action, e.Elapsed
		if e.Test == "" && e.Action != "skip" { // which is a package without tests
			fmt.Fprintf(os.Stderr, "%s %s %.0f s\n", e.Action, e.Package, e.Elapsed)
		}
	}
}

func (r *run) result(pkg, test string) *result {
	name := pkg + " " + test
	if r.byName[name] == nil {
		r.byName[name] = &result{pkg: pkg, test: test}
		r.results = append(r.results, r.byName[name])
	}
	return r.byName[name]
}

// failure names the tests that failed, with what they said.
func (r *run) failure() error {
	err := r.ended
	for _, one := range r.results {
		if one.action != "pass" && one.action != "skip" {
			err = errors.Join(err, fmt.Errorf("%s %s: %s\n%s", one.pkg, one.test, orEnded(one.action), one.output.String()))
		}
	}
	return err
}

func orEnded(action string) string {
	if action == "" {
		return "it did not end"
	}
	return action
}

// missing names the checks that should have run and passed, and did not even run.
func (r *run) missing(wanted []string) (err error) {
	for _, name := range wanted {
		if one := r.byName[name]; one == nil || one.action == "skip" {
			err = errors.Join(err, fmt.Errorf("%s did not run", name))
		}
	}
	return err
}
