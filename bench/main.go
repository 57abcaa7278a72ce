//go:build linux

// Command bench measures, side by side in one run: the gallery's app against the lesson's Flask app,
// gunicorn and nginx with the same bytes; what `gallery up` takes, and its console. It prints Markdown. Everything
// runs on loopback, for about three minutes.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
)

const (
	connections = 16
	rounds      = 5
)

func main() {
	seconds := flag.Int("seconds", 2, "for how long each server is loaded at a time")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, *seconds); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, seconds int) (err error) {
	for _, needed := range []string{"nginx", "python3", "go"} {
		if _, err := exec.LookPath(needed); err != nil {
			return fmt.Errorf("%s is not installed; on Debian: apt-get install nginx python3-venv", needed)
		}
	}
	folder, err := os.MkdirTemp("", "gallery-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	fmt.Printf("`make bench` on %s, %d processors, %s; %d connections, %d rounds of %d s in turn, medians and the least and greatest ratio of a round.\n\n",
		machine(), runtime.NumCPU(), runtime.Version(), connections, rounds, seconds)
	if err := benchApps(ctx, folder, seconds); err != nil {
		return err
	}
	if err := benchUp(ctx, folder, seconds); err != nil {
		return err
	}
	return benchConsole(ctx, folder)
}

// machine is the processor's name, where the system tells it.
func machine() string {
	content, _ := os.ReadFile("/proc/cpuinfo") // elsewhere there is none
	for line := range strings.Lines(string(content)) {
		if name, found := strings.CutPrefix(line, "model name"); found {
			return strings.Trim(name, " \t:\n")
		}
	}
	return runtime.GOOS + "/" + runtime.GOARCH
}
