package main

import (
	"html"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"photogallery/internal/load"
	"photogallery/internal/starter"
)

// runtimes names the program that a kind of app needs on the machine that builds it.
var runtimes = map[string]string{"flask": "python3", "gunicorn": "python3", "static": "python3", "node": "npm", "go": "go"}

// needs skips a test that runs an app whose program this machine lacks. CI has it.
func needs(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil && os.Getenv("CI") == "" {
		t.Skipf("NOT TESTED: the app needs %s", program)
	}
}

func TestEachStarterIsReleasedRolledAndRolledBack(t *testing.T) {
	for _, kind := range starter.Kinds() {
		t.Run(kind, func(t *testing.T) {
			t.Parallel()
			needs(t, runtimes[kind])
			liveThrough(t, kind)
		})
	}
}

// liveThrough takes an app of the kind from its first release to a second version and back.
func liveThrough(t *testing.T, kind string) {
	data, app := t.TempDir(), filepath.Join(t.TempDir(), "app")
	gallery(t, "init", kind, app).wants(t, 0, filepath.Join(app, "install.sh"), "`gallery release --bundle "+app+"`")
	up := brought(t, data)
	on := func(arguments ...string) said { return gallery(t, append(arguments, "--data", data)...) }
	page := up.Endpoint().Gallery

	on("release", "--bundle", app).wants(t, 0, page)
	shows(t, page, "<h1>Hello</h1>", "version <b>1</b>", "Answered by <code>i-")

	traffic := load.Start(page, 50)
	if err := os.WriteFile(filepath.Join(app, "VERSION"), []byte("2\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	on("config", "set", "GREETING=Bread & <butter>").wants(t, 0)
	on("release", "--bundle", app, "--strategy", "rolling").wants(t, 0)
	if body := shows(t, page, "<h1>Bread & <butter></h1>", "version <b>2</b>"); strings.Contains(body, "<butter>") {
		t.Errorf("a setting is HTML in the page:\n%s", body)
	}
	on("rollback").wants(t, 0, "so that nothing is baked")
	shows(t, page, "<h1>Hello</h1>", "version <b>1</b>")
	result := traffic.End()
	if result.Failures > 0 || result.Requests == 0 || len(result.Instances) < 6 {
		t.Errorf("%d of %d requests failed, the first because %s; %d instances answered", result.Failures, result.Requests, result.First, len(result.Instances))
	}
}

// shows checks what the page says, and returns it as it is.
func shows(t *testing.T, page string, words ...string) string {
	t.Helper()
	answer, err := http.Get(page) //nolint:noctx // of this machine
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	for _, word := range words {
		if !strings.Contains(html.UnescapeString(string(body)), word) {
			t.Errorf("the page does not say %q:\n%s", word, body)
		}
	}
	return string(body)
}

func TestInitRefusesWhatIsThere(t *testing.T) {
	app := t.TempDir()
	gallery(t, "init", "static", app).wants(t, 0)
	again := gallery(t, "init", "node", app).wants(t, exitUsage, ".galleryignore, VERSION, app.service, install.sh, run.sh;")
	if strings.Contains(again.progress, "site") || again.out != "" {
		t.Errorf("it says %+v", again)
	}
	gallery(t, "init").wants(t, exitUsage, "one of flask, go, gunicorn, node, static")
	gallery(t, "init", "ruby", app).wants(t, exitUsage, `no kind "ruby"`)
	if said := gallery(t, "__complete", "init", "g").wants(t, 0); !strings.HasPrefix(said.out, "flask\ngo\n") {
		t.Errorf("what can be completed is %q", said.out)
	}
}
