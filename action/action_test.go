// Package action_test runs the actions' scripts as a job does, against a local cloud.
package action_test

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"go.yaml.in/yaml/v3"
)

// actionStep is a step of a composite action.
type actionStep struct {
	Uses string
	Run  string
	Env  map[string]string
}

// action is a composite action as a job runs it, with a runner's files.
type action struct {
	*testing.T
	folder string // of the action
	runner string // the runner's temporary folder
	Inputs map[string]struct{ Default string }
	Runs   struct{ Steps []actionStep }
}

func openAction(t *testing.T, folder string) *action {
	t.Helper()
	folder, err := filepath.Abs(folder)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(folder, "action.yml"))
	if err != nil {
		t.Fatal(err)
	}
	a := &action{T: t, folder: folder, runner: t.TempDir()}
	if err := yaml.Unmarshal(text, a); err != nil {
		t.Fatal(err)
	}
	return a
}

var input = regexp.MustCompile(`\$\{\{ inputs\.([a-z-]+)[^}]*\}\}`)

// script runs the step of a script with the inputs, and nothing in its environment that the action does not
// give it.
func (a *action) script(name string, inputs map[string]string, environment ...string) (out string, err error) {
	a.Helper()
	for _, step := range a.Runs.Steps {
		if !strings.HasSuffix(step.Run, "/"+name+`"`) {
			continue
		}
		// Read here, it is an input of the test, whose result go test remembers until an input changes.
		if _, err := os.ReadFile(filepath.Join(a.folder, name)); err != nil {
			a.Fatal(err)
		}
		command := exec.CommandContext(a.Context(), "bash", "-c", step.Run)
		command.Env = append(os.Environ(),
			"GITHUB_ACTION_PATH="+a.folder, "RUNNER_TEMP="+a.runner, "RUNNER_OS=Linux", "RUNNER_ARCH=X64", "GITHUB_ACTOR=octocat", "GITHUB_RUN_ID=77", "GITHUB_RUN_ATTEMPT=1",
			"GITHUB_SERVER_URL=https://github.invalid", "GITHUB_OUTPUT="+a.file("output"), "GITHUB_STEP_SUMMARY="+a.file("summary"), "GITHUB_PATH="+a.file("path"))
		for key, value := range step.Env {
			value = input.ReplaceAllStringFunc(value, func(found string) string {
				input := input.FindStringSubmatch(found)[1]
				if given, is := inputs[input]; is {
					return given
				}
				return strings.TrimSpace(a.Inputs[input].Default)
			})
			command.Env = append(command.Env, key+"="+value)
		}
		command.Env = append(command.Env, environment...)
		said, err := command.CombinedOutput()
		return string(said), err
	}
	a.Fatalf("no step runs %s", name)
	return "", nil
}

func (a *action) file(name string) string { return filepath.Join(a.runner, name) }

func (a *action) read(name string) string {
	a.Helper()
	text, err := os.ReadFile(a.file(name))
	if err != nil {
		a.Fatal(err)
	}
	return string(text)
}

// output returns an output of several lines.
func (a *action) output(name string) string {
	a.Helper()
	found := regexp.MustCompile(`(?s)(?:^|\n)` + name + `<<(end-\d+)\n(.*?)\nend-`).FindStringSubmatch(a.read("output"))
	if found == nil {
		a.Fatalf("there is no output %s in\n%s", name, a.read("output"))
	}
	return found[2]
}

// built is the program that install.sh builds from source, once for all tests.
var built = sync.OnceValues(func() (folder string, err error) {
	if folder, err = os.MkdirTemp("", "gallery-action-"); err != nil {
		return "", err
	}
	build := exec.Command("bash", "install.sh")
	build.Env = append(os.Environ(), "GITHUB_ACTION_PATH="+".", "RUNNER_TEMP="+folder, "RUNNER_OS=Linux", "RUNNER_ARCH=X64", "GITHUB_PATH="+filepath.Join(folder, "path"), "VERSION=0123456789012345678901234567890123456789")
	if said, err := build.CombinedOutput(); err != nil {
		return folder, fmt.Errorf("%w: %s", err, said)
	}
	return filepath.Join(folder, "photogallery"), nil
})

func TestMain(m *testing.M) {
	status := m.Run()
	if folder, _ := built(); folder != "" {
		_ = os.RemoveAll(filepath.Dir(folder))
	}
	os.Exit(status)
}

// local is a local cloud of the program.
type local struct {
	*testing.T
	data    string
	program string
	path    string // PATH=, with a gallery that works on this cloud
}

// up starts a local cloud, in which nothing is released yet.
func up(t *testing.T) local {
	t.Helper()
	program, err := built()
	if err != nil {
		t.Fatal(err)
	}
	l := local{T: t, data: t.TempDir(), program: filepath.Join(program, "gallery")}
	server := exec.CommandContext(t.Context(), l.program, "up", "--data", l.data, "--address", "127.0.0.1:0", "--console", "127.0.0.1:0", "--no-release")
	server.Cancel = func() error { return server.Process.Signal(os.Interrupt) }
	progress, err := server.StderrPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	lines := bufio.NewScanner(progress)
	for lines.Scan() && !strings.Contains(lines.Text(), "Ctrl-C ends it all") {
	}
	go func() {
		for lines.Scan() {
		}
	}()
	t.Cleanup(func() { _ = server.Wait() })
	folder := t.TempDir()
	wrapper := fmt.Sprintf("#!/bin/bash\nexec %s \"$@\" --data %s\n", l.program, l.data)
	if err := os.WriteFile(filepath.Join(folder, "gallery"), []byte(wrapper), 0o700); err != nil {
		t.Fatal(err)
	}
	l.path = "PATH=" + folder + ":" + os.Getenv("PATH")
	return l
}

func (l local) gallery(arguments ...string) string {
	l.Helper()
	out, err := exec.CommandContext(l.Context(), l.program, append(arguments, "--data", l.data)...).Output()
	if err != nil {
		l.Fatalf("%v: %v", arguments, err)
	}
	return string(out)
}

func TestActionReleasesAndSaysSo(t *testing.T) {
	cloud := up(t)
	a := openAction(t, ".")
	dry := map[string]string{"stack": "photogallery-main", "region": "us-east-1", "dry-run": "true", "version": "1.2"}
	if said, err := a.script("release.sh", dry, cloud.path); err != nil || !strings.Contains(said, "Launches 2 instances") {
		t.Fatalf("%v:\n%s", err, said)
	}
	comment := a.output("comment")
	if !strings.HasPrefix(comment, "#### What a release to photogallery-main does\n\n    Bakes") || comment+"\n" != a.read("summary") {
		t.Errorf("the comment is\n%s\nand the summary\n%s", comment, a.read("summary"))
	}
	if history := cloud.gallery("history"); strings.Contains(history, "octocat") {
		t.Errorf("a dry run has released:\n%s", history)
	}

	a = openAction(t, ".")
	said, err := a.script("release.sh", map[string]string{"bundle": "../examples/lesson", "version": "a b", "arguments": "--min-size 1 --desired 1"}, cloud.path)
	if err != nil || !strings.Contains(said, "✓ Await build") {
		t.Fatalf("%v:\n%s", err, said)
	}
	execution, address := a.output("execution"), a.output("address")
	if !strings.HasPrefix(execution, "github-77-1-") || !strings.HasPrefix(address, "http://127.0.0.1:") {
		t.Errorf("the outputs are %q, %q", execution, address)
	}
	for _, words := range []string{"### " + execution + ": SUCCEEDED\n", "```mermaid\ngantt\n", "| ✓ | &emsp;Await build |", "[" + address + "](" + address + ")"} {
		if !strings.Contains(a.read("summary"), words) {
			t.Errorf("the summary lacks %q:\n%s", words, a.read("summary"))
		}
	}
	if history := cloud.gallery("history"); !strings.Contains(history, execution) || !strings.Contains(history, "octocat") || !strings.Contains(history, "a b") {
		t.Errorf("the history is\n%s", history)
	}
}

// The job fails as the release does, and says why where people look.
func TestActionFailsWithItsRelease(t *testing.T) {
	cloud := up(t)
	for _, dry := range []string{"true", "false"} {
		a := openAction(t, ".")
		said, err := a.script("release.sh", map[string]string{
			"stack": "photogallery-main", "region": "us-east-1", "dry-run": dry, "arguments": "--image ami-00000000000000000",
		}, cloud.path)
		if err == nil || !strings.Contains(said, "ami-00000000000000000") || !strings.Contains(a.read("summary"), "ami-00000000000000000") {
			t.Errorf("dry %s: %v:\n%s\n%s", dry, err, said, a.read("summary"))
		}
	}
}

// published makes a release's files, and returns where they are.
func published(t *testing.T, version string) (folder string) {
	t.Helper()
	folder = t.TempDir()
	script := `cd "$0" && mkdir -p $1/gallery_$1_linux_amd64 && cd $1 &&
printf '#!/bin/sh\necho gallery %s\n' $1 >gallery_$1_linux_amd64/gallery && chmod +x gallery_$1_linux_amd64/gallery &&
tar -czf gallery_$1_linux_amd64.tar.gz gallery_$1_linux_amd64 && sha256sum *.tar.gz >checksums.txt`
	if out, err := exec.CommandContext(t.Context(), "bash", "-c", script, folder, version).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return folder
}

func TestActionInstallsAVersionWithItsChecksum(t *testing.T) {
	from := published(t, "v0.2.0")
	a := openAction(t, ".")
	said, err := a.script("install.sh", nil, "VERSION=v0.2.0", "RELEASES=file://"+from)
	if err != nil || !strings.Contains(said, "gallery v0.2.0") {
		t.Fatalf("%v:\n%s", err, said)
	}
	if _, err := os.Stat(filepath.Join(strings.TrimSpace(a.read("path")), "gallery")); err != nil {
		t.Error(err)
	}
	another := strings.Repeat("0", 64) + "  gallery_v0.2.0_linux_amd64.tar.gz\n"
	if err := os.WriteFile(filepath.Join(from, "v0.2.0", "checksums.txt"), []byte(another), 0o600); err != nil {
		t.Fatal(err)
	}
	if said, err := openAction(t, ".").script("install.sh", nil, "VERSION=v0.2.0", "RELEASES=file://"+from); err == nil || strings.Contains(said, "gallery v0.2.0\n") {
		t.Errorf("another archive is installed: %v:\n%s", err, said)
	}
	if said, err := a.script("install.sh", nil, "VERSION=v0.2.0", "RUNNER_OS=Windows"); err == nil || !strings.Contains(said, "not on Windows") {
		t.Errorf("Windows: %v:\n%s", err, said)
	}
}

// A tag can be moved to other code.
func TestActionsUseOthersAtACommit(t *testing.T) {
	at := regexp.MustCompile(`^[a-z-]+/[a-z-]+@[0-9a-f]{40}$`)
	for _, folder := range []string{".", "preview"} {
		for _, step := range openAction(t, folder).Runs.Steps {
			if step.Uses != "" && !at.MatchString(step.Uses) {
				t.Errorf("%s: %s is not pinned to a commit", folder, step.Uses)
			}
			if strings.Contains(step.Run, "${{") {
				t.Errorf("%s: %s takes a value into its text, where the shell would run it", folder, step.Run)
			}
		}
	}
}
