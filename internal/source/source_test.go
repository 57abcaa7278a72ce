package source_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"photogallery/internal/source"
)

// repository is a folder with one commit, in which two folders are.
func repository(t *testing.T) string {
	t.Helper()
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("there is no git")
	}
	for name, value := range map[string]string{
		"GIT_CONFIG_GLOBAL": os.DevNull, "GIT_CONFIG_SYSTEM": os.DevNull,
		"GIT_AUTHOR_NAME": "ann", "GIT_AUTHOR_EMAIL": "ann@example.com", "GIT_COMMITTER_NAME": "ann", "GIT_COMMITTER_EMAIL": "ann@example.com",
	} {
		t.Setenv(name, value)
	}
	folder := t.TempDir()
	write(t, filepath.Join(folder, "app", "install.sh"), "true")
	write(t, filepath.Join(folder, "other", "file"), "1")
	write(t, filepath.Join(folder, ".gitignore"), "built/\n")
	for _, arguments := range [][]string{{"init", "--quiet"}, {"add", "."}, {"commit", "--quiet", "--message", "one"}} {
		if out, err := exec.CommandContext(t.Context(), "git", append([]string{"-C", folder}, arguments...)...).CombinedOutput(); err != nil {
			t.Fatalf("git %v: %v: %s", arguments, err, out)
		}
	}
	return folder
}

func write(t *testing.T, path, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestCommitOfAFolder(t *testing.T) {
	folder := repository(t)
	app := filepath.Join(folder, "app")
	clean := source.Commit(t.Context(), app)
	if !regexp.MustCompile(`^[0-9a-f]{40}$`).MatchString(clean) {
		t.Fatalf("a clean folder is of %q", clean)
	}
	write(t, filepath.Join(folder, "other", "file"), "2")
	if got := source.Commit(t.Context(), app); got != clean {
		t.Errorf("with a change beside the folder it is %q", got)
	}
	write(t, filepath.Join(app, "new"), "")
	if got := source.Commit(t.Context(), app); got != clean+source.WithChanges {
		t.Errorf("with a new file it is %q", got)
	}
	write(t, filepath.Join(folder, "built", "app"), "")
	if got := source.Commit(t.Context(), filepath.Join(folder, "built")); got != "" {
		t.Errorf("a folder that the repository ignores is of %q", got)
	}
}

func TestNoRepositoryAndNoGitAreNoFailure(t *testing.T) {
	if got := source.Commit(t.Context(), t.TempDir()); got != "" {
		t.Errorf("without a repository it is of %q", got)
	}
	folder := repository(t)
	t.Setenv("PATH", "")
	if got := source.Commit(t.Context(), folder); got != "" {
		t.Errorf("without git it is of %q", got)
	}
}

// The settings of a repository that somebody else has made may name programs.
func TestNoProgramOfTheRepositoryIsStarted(t *testing.T) {
	folder := repository(t)
	trace := filepath.Join(t.TempDir(), "started")
	hook := filepath.Join(folder, "hook.sh")
	if err := os.WriteFile(hook, []byte("#!/bin/sh\ntouch "+trace+"\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "git", "-C", folder, "config", "core.fsmonitor", hook).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if got := source.Commit(t.Context(), folder); !strings.HasSuffix(got, source.WithChanges) {
		t.Errorf("it is of %q", got)
	}
	if _, err := os.Stat(trace); err == nil {
		t.Error("the repository's own program was started")
	}
}
