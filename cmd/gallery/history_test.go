package main

import (
	"os/user"
	"path/filepath"
	"strings"
	"testing"

	"photogallery/internal/environment"
)

func TestFormerReleaseIsReleasedAgain(t *testing.T) {
	a := onAmazon(t)
	lesson := filepath.Join("..", "..", "examples", "lesson")
	if said := a.on("history").wants(t, 0, "Nothing has been released here yet."); said.out != "" {
		t.Errorf("it prints %q", said.out)
	}
	a.on("release", "--name", "r1", "--version", "1", "--bundle", lesson).wants(t, 0)
	a.on("rollback").wants(t, exitUsage, "no release before r1")
	a.on("release", "--name", "r2", "--version", "2", "--rebake").wants(t, 0)
	begun := a.on("rollback", "--detach").wants(t, 0, "Release r1 (version 1) is released again from its image ami-", "so that nothing is baked")
	a.on("rollback", "r2").wants(t, exitUsage, "is under way")
	a.on("execution", strings.TrimSpace(begun.out)).wants(t, 0)
	again := a.past()[0]
	if again.Name != strings.TrimSpace(begun.out) || again.Version != "1" || !again.Serves || again.By != me(t) || again.Commit != a.past()[2].Commit {
		t.Errorf("the newest release is %+v", again)
	}
	if bundle := again.Bundle; bundle.SHA256 == "" || bundle != a.past()[2].Bundle {
		t.Errorf("its bundle is %+v", bundle)
	}
	a.on("rollback", again.Name).wants(t, exitUsage, "because it serves", "r2, r1", "`gallery history --stack "+deployedStack+"`")
	a.on("rollback", "r9").wants(t, exitUsage, `no release "r9"`)
	a.on("rollback", "r1", "--strategy", "green").wants(t, exitUsage, "strategy")
	a.on("rollback", "r2", "--strategy", "rolling").wants(t, 0, "Release r2 (version 2) is released again", "succeeded in", "http://"+deployedStack)
	table := a.on("history").wants(t, 0, "NAME", "VERSION", "IMAGE", "ami-", "SETTINGS", "REASON", "serves", "Succeeded", "its image", me(t))
	if lines := strings.Split(strings.TrimSpace(table.out), "\n"); len(lines) != 5 || !strings.HasPrefix(lines[4], "r1 ") {
		t.Errorf("the table is\n%s", table.out)
	}
	former := gallery(t, "__complete", "rollback", "--stack", deployedStack, "").wants(t, 0)
	if !strings.Contains(former.out, "r1\tversion 1") || strings.Contains(former.out, a.past()[0].Name) {
		t.Errorf("what can be completed is\n%s", former.out)
	}
}

// A bundle that is gone is said before anything is started; one that may not be read is not.
func TestRollbackToAReleaseWhoseBundleIsGone(t *testing.T) {
	a := onAmazon(t)
	folder := filepath.Join("..", "..", "examples", "lesson")
	a.on("release", "--name", "r1", "--bundle", folder).wants(t, 0)
	for _, name := range []string{"r2", "r3"} {
		a.on("release", "--name", name, "--rebake").wants(t, 0)
	}
	a.refuse(s3Object, "AccessDenied")
	if oldest := a.past()[2]; oldest.Again != environment.FromBundle {
		t.Errorf("what may not be read is taken for gone: %+v", oldest)
	}
	a.refuse(s3Object, "")
	a.on("rollback", "r1").wants(t, 0, "from its bundle, because its image is gone", "succeeded in")
	clear(a.objects)
	a.on("release", "--name", "r5", "--rebake").wants(t, 0)
	a.on("release", "--name", "r6", "--rebake").wants(t, 0)
	a.on("rollback", "r1").wants(t, exitUsage, "r1 cannot be released again, because its image and its bundle are gone", "choose one of r5;")
}

func (a *amazon) past() (history []environment.Past) {
	a.Helper()
	parse(a.T, a.on("history", "--json").wants(a.T, 0), &history)
	return history
}

func me(t *testing.T) string {
	t.Helper()
	who, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	return who.Username
}
