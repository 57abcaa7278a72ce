package main

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	gopsutil "github.com/shirou/gopsutil/v4/process"

	"photogallery/internal/load"
	"photogallery/internal/local/control"
	"photogallery/internal/patience"
)

// program is `gallery up` as a process of its own.
type program struct {
	*testing.T
	*exec.Cmd
	data, scratch string
	log           string // the file of what it says
}

// builtIn is where TestMain lets build put the program.
var builtIn string

// build makes the program once, as a user has it: with the race detector it would be many times as
// large, and so each image. What these tests hold is what it leaves, not how it runs inside.
var build = sync.OnceValues(func() (path string, err error) {
	path = filepath.Join(builtIn, "gallery")
	if said, err := exec.Command("go", "build", "-ldflags", "-s -w", "-o", path, ".").CombinedOutput(); err != nil { //nolint:noctx // once for all tests
		return "", fmt.Errorf("go build: %w\n%s", err, said)
	}
	return path, nil
})

func startProgram(t *testing.T, data string) *program {
	t.Helper()
	return startProgramInto(t, data, nil)
}

// startProgramInto has it write to output, unless that is nil.
func startProgramInto(t *testing.T, data string, output *os.File) *program {
	t.Helper()
	built, err := build()
	if err != nil {
		t.Fatal(err)
	}
	p := &program{T: t, data: data, scratch: t.TempDir()}
	p.Cmd = exec.CommandContext(t.Context(), built, "up", "--data", data, "--address", "127.0.0.1:0")
	p.Env = append(os.Environ(), "TMPDIR="+p.scratch)
	log, err := os.Create(filepath.Join(t.TempDir(), "stderr"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close() // the program has its own handle
	p.Stderr, p.log = log, log.Name()
	if output != nil {
		p.Stderr = output
	}
	p.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a terminal's Ctrl-C is for the tests
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	return p
}

func (p *program) said() string {
	words, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	return string(words)
}

// awaitServing waits until the gallery answers.
func (p *program) awaitServing() control.Endpoint {
	p.Helper()
	for deadline := time.Now().Add(patience.Limit); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if endpoint, err := control.Find(p.data); err == nil && endpoint.PID == p.Process.Pid &&
			load.Get(p.Context(), http.DefaultClient, endpoint.Gallery) == nil {
			return endpoint
		}
	}
	p.Fatalf("it does not serve: %s", p.said())
	return control.Endpoint{}
}

// processesIn returns the processes whose program lies below the folder.
func processesIn(t *testing.T, folder string) (found []string) {
	t.Helper()
	all, err := gopsutil.Processes()
	if err != nil {
		t.Fatal(err)
	}
	for _, one := range all {
		if exe, err := one.Exe(); err == nil && strings.HasPrefix(exe, folder) {
			found = append(found, fmt.Sprintf("%d %s", one.Pid, exe))
		}
	}
	return found
}

func (p *program) leavesNothing(endpoint control.Endpoint) {
	p.Helper()
	if left := processesIn(p.T, p.data); len(left) > 0 {
		p.Errorf("processes are left: %s", left)
	}
	if left, err := os.ReadDir(p.scratch); err != nil || len(left) > 0 {
		p.Errorf("temporary files are left: %v, %v", left, err)
	}
	for _, path := range []string{"machines", control.EndpointFile, control.KeyFile, "*.partial", "images/.archive-*"} {
		if left, err := filepath.Glob(filepath.Join(p.data, path)); err != nil || len(left) > 0 {
			p.Errorf("%v is left, %v", left, err)
		}
	}
	for _, url := range []string{endpoint.API, endpoint.Gallery} {
		if connection, err := net.DialTimeout("tcp", strings.TrimPrefix(url, "http://"), time.Second); err == nil {
			_ = connection.Close()
			p.Errorf("%s still listens", url)
		}
	}
}

// Half of the moments lie in a release that bakes, half in one that finds its image.
func TestSignalAtAnyMomentLeavesNothing(t *testing.T) {
	// What runs under nohup must continue when the terminal is closed.
	signals := slices.DeleteFunc([]syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP}, func(s syscall.Signal) bool { return signal.Ignored(s) })
	cached := t.TempDir()
	whole := startProgram(t, cached)
	began := time.Now()
	whole.awaitServing()
	release := time.Since(began)
	end(t, whole, syscall.SIGINT)
	for name, moments := range map[string]struct {
		data func(*testing.T) string
		span time.Duration
	}{
		"bakes":  {(*testing.T).TempDir, release + time.Second},
		"reuses": {func(*testing.T) string { return cached }, release / 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel() // most of the time is waited for
			for i := range 10 {
				data := moments.data(t)
				p := startProgram(t, data)
				time.Sleep(time.Duration(rand.Int64N(int64(moments.span))))
				endpoint, _ := control.Find(data) // there may be none yet
				end(t, p, signals[i%len(signals)])
				p.leavesNothing(endpoint)
			}
		})
	}
}

func end(t *testing.T, p *program, by syscall.Signal) {
	t.Helper()
	if err := p.Process.Signal(by); err != nil {
		t.Fatal(err)
	}
	err := p.Wait()
	// It may have come before the program listened to signals, or before it was up.
	early := p.ProcessState.Sys().(syscall.WaitStatus).Signaled() || p.ProcessState.ExitCode() == exitInterrupted
	if err != nil && !early {
		t.Errorf("after %v it ended with %v: %s", by, err, p.said())
	}
}

// Ctrl-C ends the other programs of a pipeline too, such as tee.
func TestUpCleansUpWhenTheReaderOfItsOutputIsGone(t *testing.T) {
	read, write, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	p := startProgramInto(t, t.TempDir(), write)
	endpoint := p.awaitServing()
	if err := errors.Join(write.Close(), read.Close(), p.Process.Signal(syscall.SIGINT)); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Errorf("it ended with %v", err)
	}
	p.leavesNothing(endpoint)
}

func TestUpCleansUpAfterAKilledCloud(t *testing.T) {
	data := t.TempDir()
	killed := startProgram(t, data)
	killed.awaitServing()
	if err := killed.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = killed.Wait() // it was killed
	next := startProgram(t, data)
	endpoint := next.awaitServing()
	next.runsOnlyItsInstances(endpoint)
	end(t, next, syscall.SIGTERM)
	next.leavesNothing(endpoint)
}

// runsOnlyItsInstances waits until each instance has its process and there is no other.
func (p *program) runsOnlyItsInstances(endpoint control.Endpoint) {
	p.Helper()
	for deadline := time.Now().Add(patience.Limit); ; time.Sleep(50 * time.Millisecond) {
		status, err := control.NewClient(endpoint).Status(p.Context())
		if err != nil {
			p.Fatal(err)
		}
		running := processesIn(p.T, p.data)
		if len(status.Instances) > 1 && len(running) == len(status.Instances) {
			return
		}
		if time.Now().After(deadline) {
			p.Fatalf("%d processes run for %d instances: %s", len(running), len(status.Instances), running)
		}
	}
}
