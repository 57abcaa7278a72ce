package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"photogallery/internal/awsstack"
	"photogallery/internal/local"
	"photogallery/internal/local/control"
	"photogallery/internal/patience"
	"photogallery/release"
)

// reading is an app whose page is its database, a file.
const reading = `
import os
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

class App(BaseHTTPRequestHandler):
    def do_GET(self):
        body = open(os.environ.get("DATABASE", __file__), "rb").read()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

ThreadingHTTPServer((os.environ["HOST"], int(os.environ["PORT"])), App).serve_forever()
`

// migrating changes the database, unless that is so already.
const migrating = `set -e
grep -q two "$DATABASE" && { echo "it is so already"; exit 3; }
echo "schema two, with $(wc -c <"$CREDENTIALS_DIRECTORY/TOKEN") letters" >"$DATABASE"
echo migrated in "$PWD" by "$1"
`

func TestMigrationBetweenTwoVersions(t *testing.T) {
	needs(t, "python3")
	data, app, database := t.TempDir(), t.TempDir(), filepath.Join(t.TempDir(), "database")
	for path, content := range map[string]string{
		filepath.Join(app, "app.service"): "[Service]\nExecStart=/usr/bin/env python3 /opt/photogallery/serve.py\nWorkingDirectory=/opt/photogallery\n",
		filepath.Join(app, "install.sh"):  `cp serve.py migrate.sh "$INSTALL_DIR"`,
		filepath.Join(app, "serve.py"):    reading, filepath.Join(app, "migrate.sh"): migrating, database: "schema one\n",
	} {
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	up := brought(t, data)
	on := func(arguments ...string) said {
		return gallery(t, append([]string{arguments[0], "--data", data}, arguments[1:]...)...)
	}
	on("run", "--", "true").wants(t, exitUsage, "no release serves")
	on("config", "set", "DATABASE="+database).wants(t, 0)
	pipe(t, "hunter2\n")
	on("secret", "set", "TOKEN").wants(t, 0)
	on("release", "--bundle", app, "--name", "r1").wants(t, 0)
	shows(t, up.Endpoint().Gallery, "schema one")

	first := on("run", "--", "bash", "migrate.sh", "me and 'you'").wants(t, 0, "from the image of release r1", "at most 10m", "no terminal and no input", "Await run")
	if !strings.HasSuffix(first.out, "/opt/photogallery by me and 'you'\n") || strings.Contains(first.out+first.progress, "hunter2") {
		t.Errorf("its output is %q", first.out)
	}
	on("release", "--name", "r2", "--version", "2").wants(t, 0)
	shows(t, up.Endpoint().Gallery, "schema two, with 7 letters")

	again := on("run", "--release", "r1", "--", "bash", "migrate.sh", "x").wants(t, 3, "FailedClean", "the command ended with exit status 3")
	if again.out != "it is so already\n" {
		t.Errorf("its output is %q", again.out)
	}
	on("run", "--time-limit", "1s", "--", "sleep", "600").wants(t, exitTimedOut, "took longer than 1s")
	on("history").wants(t, 0, "command on ")
	interrupted(t, data)
	nothingOfRuns(t, up, data)
	shows(t, up.Endpoint().Gallery, "schema two")
}

// interrupted ends a command by Ctrl-C, and waits until its undo has ended.
func interrupted(t *testing.T, data string) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	var progress watched
	progress.when("Await run", cancel)
	if status := run(ctx, []string{"run", "--data", data, "--", "sleep", "600"}, &bytes.Buffer{}, &progress); status != exitInterrupted {
		t.Errorf("after Ctrl-C the status is %d: %s", status, progress.String())
	}
	var listed string
	for deadline := time.Now().Add(patience.Limit); time.Now().Before(deadline); time.Sleep(50 * time.Millisecond) {
		if listed = gallery(t, "executions", "--data", data).out; strings.Contains(listed, "undo-run-") && !strings.Contains(listed, "RUNNING") {
			return
		}
	}
	t.Errorf("the run is not undone:\n%s", listed)
}

// nothingOfRuns checks that no instance, no command and no output of a run is left.
func nothingOfRuns(t *testing.T, up *local.Local, data string) {
	t.Helper()
	for _, i := range up.Status().Instances {
		if i.Role == "runner" {
			t.Errorf("instance %s is left", i.ID)
		}
	}
	if left, err := filepath.Glob(filepath.Join(data, "runs", "*")); err != nil || len(left) > 0 {
		t.Errorf("%v, left are %v", err, left)
	}
}

func TestCommandRunsOnTheArchitectureOfItsEnvironment(t *testing.T) {
	for place, want := range map[place]string{
		awsCloud{&awsstack.Stack{Architecture: release.X8664}}: "t3.small", awsCloud{&awsstack.Stack{Architecture: release.ARM64}}: "t4g.small", localCloud{endpoint: control.Endpoint{Architecture: release.X8664}}: "t3.small",
	} {
		if got := (cloud{place: place}).usualType(); got != want {
			t.Errorf("of %T it is %s, want %s", place, got, want)
		}
	}
}
