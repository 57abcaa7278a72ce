package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"photogallery/gallery-ami/app"
	"photogallery/internal/environment"
	"photogallery/internal/load"
	"photogallery/internal/local"
	"photogallery/internal/local/control"
	"photogallery/internal/local/process"
	"photogallery/internal/patience"
	"photogallery/release"
)

// asProgram lets the test binary be the program itself, so that a test can send it signals.
const asProgram = "GALLERY_TEST_AS_PROGRAM"

// The test binary is what the program is to its machines.
func TestMain(m *testing.M) {
	if os.Getenv(asProgram) != "" && !app.Called(os.Args) && filepath.Base(os.Args[0]) != "systemctl" {
		main()
		return
	}
	if status, called := process.Shim(os.Args); called {
		os.Exit(status)
	}
	if app.Called(os.Args) {
		os.Exit(app.Main())
	}
	os.Exit(runTests(m))
}

func runTests(m *testing.M) (status int) {
	folder, err := os.MkdirTemp("", "gallery-test-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer func() { _ = os.RemoveAll(folder) }()
	builtIn = folder
	return m.Run()
}

// said holds the output and the exit status of a command line.
type said struct {
	out, progress string
	status        int
}

func gallery(t *testing.T, arguments ...string) said {
	t.Helper()
	var out, progress bytes.Buffer
	status := run(t.Context(), arguments, &out, &progress)
	return said{out.String(), progress.String(), status}
}

func (s said) wants(t *testing.T, status int, words ...string) said {
	t.Helper()
	if s.status != status {
		t.Errorf("exit status %d, want %d", s.status, status)
	}
	for _, word := range words {
		if !strings.Contains(s.out+s.progress, word) {
			t.Errorf("it does not say %q", word)
		}
	}
	if t.Failed() {
		t.Fatalf("stdout:\n%s\nstderr:\n%s", s.out, s.progress)
	}
	return s
}

func brought(t *testing.T, data string) *local.Local {
	t.Helper()
	options, err := localOptions(data)
	if err != nil {
		t.Fatal(err)
	}
	options.Architecture = release.ARM64 // whatever this machine is
	up, err := local.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := up.Close(); err != nil {
			t.Error(err)
		}
	})
	return up
}

func TestCommandsWorkOnARunningCloud(t *testing.T) {
	data := t.TempDir()
	up := brought(t, data)
	on := func(arguments ...string) said { return gallery(t, append(arguments, "--data", data)...) }

	on("release", "--dry-run").wants(t, 0, "Bakes an image on a builder, one t4g.small, because there is no image of this content for arm64.", "Launches 2 instances", "Takes about 5:30 min on AWS", "Costs about 0.0")
	on("release", "--name", "r1", "--version", "one").wants(t, 0, "│ ✓ Await build", "r1 succeeded in", up.Endpoint().Gallery)
	on("status").wants(t, 0, "Release r1 (version one", "2 of 2 in service, 2 to 5", "healthy", "photogallery-main-requests-high")
	on("executions").wants(t, 0, "r1", "SUCCEEDED")
	on("execution", "r1").wants(t, 0, "✓ Verify", "r1 succeeded in")
	image := on("images").wants(t, 0, "ami-", "serves")
	if strings.Count(image.out, "ami-") != 1 {
		t.Errorf("the images are\n%s", image.out)
	}
	on("images", strings.Fields(image.out)[7], "--sbom").wants(t, 0, `"CycloneDX"`, `"version":"r1"`)

	on("release", "--dry-run", "--strategy", "rolling", "--version", "two").wants(t, 0, "Releases image ami-", "Replaces 2 instances in slot blue", "nothing is baked")
	on("release", "--dry-run", "--image", "ami-00000000000000000", "--instance-type", "q9.huge").wants(t, exitUsage, "FailedClean", "ami-00000000000000000", "q9.huge")
	on("release", "--dry-run", "--name", "r2").wants(t, exitUsage, "leave out --name")
	on("executions").wants(t, 0, "dry-run-")

	var status environment.Status
	if err := json.Unmarshal([]byte(on("status", "--json").wants(t, 0).out), &status); err != nil {
		t.Fatal(err)
	}
	on("logs", status.Instances[0].ID).wants(t, 0, "serving")
	on("logs").wants(t, 0, status.Instances[0].ID+"  ", status.Instances[1].ID+"  ", "serving")
	on("logs", "--release", "r1", "--tail", "1").wants(t, 0, "Z  i-")
	on("scale", "2", "4").wants(t, 0, "The fleet of release r1 has 2 to 4 instances.")
	on("status").wants(t, 0, "2 of 2 in service, 2 to 4")
	shell := inTerminal(t, 100, 30, "", "shell", status.Instances[0].ID, "--data", data)
	at := shell.await(0, status.Instances[0].ID+`:.*opt/photogallery[$#] `)
	shell.sends("echo on $INSTANCE_ID of $RELEASE; exit 3\n")
	shell.await(at, "on "+status.Instances[0].ID+" of r1")
	if status := shell.ends(); status != 3 {
		t.Errorf("the shell ends with status %d", status)
	}
	on("load", "--rate", "100", "--duration", "1s").wants(t, 0, " 0 failed")

	victim := status.Instances[0].ID
	on("crash", victim).wants(t, 0, victim+" is dead")
	replaced(t, on, victim)
	on("terminate", victim).wants(t, exitUsage, "no instance \""+victim+"\" runs: give one of i-")

	on("release", "--name", "r1", "--version", "another").wants(t, exitUsage, `--name "r1"`, "give another")
	on("release", "--name", "a b").wants(t, exitUsage, `--name "a b"`, "80 letters")
	on("release", "--image", "ami-00000000000000000").wants(t, exitUsage, "FailedClean", "ami-00000000000000000", "gallery images")

	on("teardown", "--dry-run").wants(t, 0, "Auto Scaling group", "load balancer", "launch template", "It keeps image ami-", "goes on costing about 0.3")
	on("teardown", "--images", "delete", "--name", "t1").wants(t, 0, "✓ Verify nothing left", "t1 succeeded in")
	if left := on("teardown", "--dry-run", "--images", "delete", "--json").wants(t, 0); !strings.Contains(left.out, `"resources": []`) {
		t.Errorf("what is left is %s", left.out)
	}
	on("status").wants(t, 0, "Nothing serves.")
	on("load", "--duration", "1s").wants(t, exitUsage, "nothing serves now", "`gallery wake --data "+data+"`")
}

// replaced waits until the instance is gone and two others are healthy.
func replaced(t *testing.T, on func(...string) said, victim string) {
	t.Helper()
	for deadline := time.Now().Add(patience.Limit); ; time.Sleep(50 * time.Millisecond) {
		shown := on("status").wants(t, 0).out
		if strings.Count(shown, " healthy ") == 2 && !strings.Contains(strings.SplitN(shown, "ACTIVITIES", 2)[0], victim) {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("%s was not replaced:\n%s", victim, shown)
		}
	}
}

// pressing does something once when what was written has a word.
type pressing struct {
	bytes.Buffer
	on   string
	then func()
}

func (p *pressing) Write(text []byte) (int, error) {
	n, err := p.Buffer.Write(text)
	if p.then != nil && strings.Contains(p.String(), p.on) {
		p.then()
		p.then = nil
	}
	return n, err
}

func TestCtrlCLeavesAFollowedRunAlone(t *testing.T) {
	data := t.TempDir()
	brought(t, data)
	ctx, cancel := context.WithCancel(t.Context())
	progress := pressing{on: "Lock", then: cancel}
	status := run(ctx, []string{"release", "--name", "r1", "--data", data}, &bytes.Buffer{}, &progress)
	if status != exitInterrupted || !strings.Contains(progress.String(), "r1 goes on; `gallery execution r1 --data "+data+"` shows it again.") {
		t.Fatalf("status %d: %s", status, progress.String())
	}
	gallery(t, "execution", "r1", "--data", data).wants(t, 0, "r1 succeeded in")
}

func TestWrongUsageIsReportedInOneMessage(t *testing.T) {
	nowhere := t.TempDir()
	tests := map[string]struct {
		arguments []string
		status    int
		words     []string
	}{
		"an unknown command":      {[]string{"relaese"}, exitUsage, []string{`"relaese", but release`, "--help"}},
		"an unknown flag":         {[]string{"release", "--minsize", "3"}, exitUsage, []string{"--minsize", "gallery release --help"}},
		"an argument too many":    {[]string{"status", "now"}, exitUsage, []string{`"now"`}},
		"no instance":             {[]string{"crash"}, exitUsage, []string{"gallery crash takes one argument"}},
		"nothing is up":           {[]string{"status", "--data", nowhere}, exitNothingUp, []string{nowhere, "gallery up"}},
		"fields that conflict":    {[]string{"release", "--min-size", "6", "--max-size", "3", "--ttl", "soon"}, exitUsage, []string{"minSize: 6", "ttl: \"soon\""}},
		"traffic that moves not":  {[]string{"release", "--strategy", "rolling", "--traffic", "5,50", "--hold", "2m"}, exitUsage, []string{"traffic: [5,50] goes with the strategy blueGreen", "ends in 50", `hold: "2m"`}},
		"traffic in words":        {[]string{"release", "--traffic", "some"}, exitUsage, []string{"some", "--traffic"}},
		"an unknown field":        {[]string{"release", "--input", `{"minSzie": 3}`}, exitUsage, []string{`"minSzie"`, "minSize"}},
		"no JSON":                 {[]string{"release", "--input", `{`}, exitUsage, []string{"JSON"}},
		"input beside a flag":     {[]string{"release", "--input", "{}", "--ttl", "8h"}, exitUsage, []string{"--input", "--ttl"}},
		"no such folder":          {[]string{"release", "--bundle", filepath.Join(nowhere, "lesson")}, exitUsage, []string{"lesson", "does not exist"}},
		"a file for a folder":     {[]string{"release", "--input", `{"bundle": "gallery_test.go"}`}, exitUsage, []string{"gallery_test.go is a file"}},
		"images neither way":      {[]string{"teardown", "--images", "some"}, exitUsage, []string{"some", "keep-latest"}},
		"no number":               {[]string{"load", "--rate", "some"}, exitUsage, []string{`--rate "some"`, "a whole number"}},
		"no such topic":           {[]string{"help", "relaese"}, exitUsage, []string{`"relaese", but release`}},
		"no such shell":           {[]string{"completion", "bahs"}, exitUsage, []string{`"bahs"`}},
		"a check of a folder":     {[]string{"up", "--check", "--data", nowhere, "--pace", "aws"}, exitUsage, []string{"leave out --data, --pace"}},
		"a shell without a cloud": {[]string{"shell", "i-00000000000000000", "--data", filepath.Join(nowhere, "none")}, exitNothingUp, []string{"gallery up"}},
		"an API for everybody":    {[]string{"up", "--api", "0.0.0.0:0", "--data", filepath.Join(nowhere, "open"), "--address", "127.0.0.1:0"}, exitUsage, []string{"--api 0.0.0.0:0", "loopback"}},
		"a file as a folder":      {[]string{"up", "--data", "/dev/null/data"}, exitUsage, []string{"/dev/null/data", "--data"}},
		"a rate too high":         {[]string{"load", "--rate", "100000"}, exitUsage, []string{"100000", "2000"}},
		"a load too long":         {[]string{"load", "--duration", "24h"}, exitUsage, []string{"24h", "10m"}},
		"another pace":            {[]string{"up", "--pace", "quick", "--data", nowhere}, exitUsage, []string{`"quick"`, "demo or aws"}},
		"no schedule":             {[]string{"up", "--nightly", "at night", "--data", filepath.Join(nowhere, "new"), "--address", "127.0.0.1:0"}, exitUsage, []string{"--nightly", "at night", "cron("}},
		"a ttl too short":         {[]string{"up", "--ttl", "1s", "--data", nowhere}, exitUsage, []string{`"1s"`, "1m"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) { gallery(t, test.arguments...).wants(t, test.status, test.words...) })
	}
	if entries, err := os.ReadDir(nowhere); err != nil || len(entries) > 0 {
		t.Errorf("%s has %v, %v: something was left", nowhere, entries, err)
	}
}

func TestUpRefusesASecondCloudOnTheSameFolderOrAddress(t *testing.T) {
	data := t.TempDir()
	first := brought(t, data).Endpoint()
	gallery(t, "up", "--data", data, "--address", "127.0.0.1:0").wants(t, exitFailed, data, first.Gallery, "--data")
	other := filepath.Join(t.TempDir(), "other")
	address := strings.TrimPrefix(first.Gallery, "http://")
	gallery(t, "up", "--data", other, "--address", address).wants(t, exitFailed, address, "--address")
	if _, err := os.Stat(other); err == nil {
		t.Errorf("the folder %s of a cloud that never came up is left", other)
	}
}

func TestUpServesUntilItIsStopped(t *testing.T) {
	data := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var progress bytes.Buffer
	done := make(chan int, 1)
	go func() {
		done <- run(ctx, []string{"up", "--data", data, "--address", "127.0.0.1:0"}, &bytes.Buffer{}, &progress)
	}()
	deadline := time.Now().Add(patience.Limit)
	for served := false; !served; time.Sleep(20 * time.Millisecond) {
		if endpoint, err := control.Find(data); err == nil {
			served = load.Get(t.Context(), http.DefaultClient, endpoint.Gallery) == nil
		}
		if time.Now().After(deadline) {
			t.Fatal("it does not serve")
		}
	}
	cancel()
	if status := <-done; status != 0 || !strings.Contains(progress.String(), "Ending the local cloud.") {
		t.Errorf("status %d: %s", status, progress.String())
	}
	if _, err := control.Find(data); err == nil {
		t.Error("it still says where it answers")
	}
}
