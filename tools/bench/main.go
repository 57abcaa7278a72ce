//go:build linux

// Command bench measures, side by side in one run: the gallery's app against the lesson's Flask
// app, gunicorn and nginx with the same bytes, and what it does with an uploaded photo against Pillow
// and libvips; the time and memory of `gallery up`, and its console; what compiling it takes; how soon a function of the
// stack answers, against boto3. It prints Markdown. Everything runs on loopback, for about ten minutes.
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

// parts lists the measurements, which can run separately, and what each needs.
var parts = []struct {
	name  string
	needs []string
	run   func(ctx context.Context, folder string, seconds int) error
}{
	{"apps", []string{"nginx", "python3", "go"}, benchApps},
	{"photos", []string{"python3", "go", "taskset"}, benchPhotos},
	{"up", []string{"go"}, func(ctx context.Context, folder string, seconds int) error {
		if err := benchUp(ctx, folder, seconds); err != nil {
			return err
		}
		return benchConsole(ctx, folder)
	}},
	{"compile", []string{"go"}, benchCompile},
	{"start", []string{"python3", "go"}, func(ctx context.Context, folder string, _ int) error { return benchStart(ctx, folder) }},
}

func main() {
	seconds := flag.Int("seconds", 2, "for how long each server is loaded at a time")
	only := flag.String("only", "", "measure only one part: apps, photos, up, compile or start")
	flag.Parse()
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := bench(ctx, *only, *seconds); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func bench(ctx context.Context, only string, seconds int) (err error) {
	folder, err := os.MkdirTemp("", "gallery-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	fmt.Printf("`make bench` on %s, %d processors, %s; %d connections, %d rounds of %d s in turn, medians and the least and greatest ratio of a round.\n\n",
		machine(), runtime.NumCPU(), runtime.Version(), connections, rounds, seconds)
	ran := false
	for _, part := range parts {
		if only != "" && only != part.name {
			continue
		}
		for _, needed := range part.needs {
			if _, err := exec.LookPath(needed); err != nil {
				return fmt.Errorf("%s is not installed; on Debian: apt-get install nginx python3-venv", needed)
			}
		}
		if err := part.run(ctx, folder, seconds); err != nil {
			return err
		}
		ran = true
	}
	if !ran {
		return fmt.Errorf("there is no part %q; give apps, photos, up, compile or start, or leave out -only for all", only)
	}
	return nil
}

// machine returns the processor's name, if the system has it.
func machine() string {
	content, _ := os.ReadFile("/proc/cpuinfo") // elseif there is none
	for line := range strings.Lines(string(content)) {
		if name, found := strings.CutPrefix(line, "model name"); found {
			return strings.Trim(name, " \t:\n")
		}
	}
	return runtime.GOOS + "/" + runtime.GOARCH
}
