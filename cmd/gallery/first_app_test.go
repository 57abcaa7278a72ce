package main

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"photogallery/internal/local/control"
	"photogallery/internal/patience"
)

// Its commands run in one shell, as they are on the page, which has the one that stays in a terminal of its own first.
func TestFirstAppPageRuns(t *testing.T) {
	needs(t, "python3")
	page, err := os.ReadFile("../../docs/first-app.md")
	if err != nil {
		t.Fatal(err)
	}
	var blocks []string
	for _, found := range regexp.MustCompile("(?ms)^```\n(.*?)^```$").FindAllStringSubmatch(string(page), -1) {
		blocks = append(blocks, found[1])
	}
	if len(blocks) < 5 || blocks[0] != "gallery up --no-release\n" {
		t.Fatalf("the page has other commands than this test knows: %q", blocks)
	}
	home := newcomer(t)
	home.start(strings.Fields(blocks[0])[1:]...)
	address, err := url.Parse(home.endpoint().Gallery)
	if err != nil {
		t.Fatal(err)
	}
	script := "set -euo pipefail\n" + strings.ReplaceAll(strings.Join(blocks[1:], ""), "127.0.0.1:8080", address.Host)
	if said, err := home.command("bash", "-c", script).CombinedOutput(); err != nil {
		t.Errorf("%v\n%s", err, said)
	}
}

// newcomers have the program on their PATH, an empty folder and no local cloud yet.
type newcomers struct {
	*testing.T
	folder, program string
}

func newcomer(t *testing.T) newcomers {
	t.Helper()
	program, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return newcomers{t, t.TempDir(), program}
}

func (n newcomers) command(words ...string) *exec.Cmd {
	command := exec.Command(words[0], words[1:]...) //nolint:noctx // the test waits for it
	command.Dir = n.folder
	command.Env = append(os.Environ(), "PATH="+filepath.Dir(n.program)+":"+os.Getenv("PATH"), "XDG_DATA_HOME="+n.data(), "GALLERY_STACK=")
	return command
}

func (n newcomers) data() string { return filepath.Join(n.folder, "data") }

// start starts the program in the background until the test ends, on free ports.
func (n newcomers) start(arguments ...string) {
	n.Helper()
	command := n.command(append([]string{n.program}, append(arguments, "--address", "127.0.0.1:0", "--console", "127.0.0.1:0")...)...)
	if err := command.Start(); err != nil {
		n.Fatal(err)
	}
	n.Cleanup(func() {
		_ = command.Process.Signal(os.Interrupt) // or it has ended
		if err := command.Wait(); err != nil {
			n.Errorf("gallery %s: %v", strings.Join(arguments, " "), err)
		}
	})
}

func (n newcomers) endpoint() control.Endpoint {
	n.Helper()
	for deadline := time.Now().Add(patience.Limit); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if found, err := control.Find(filepath.Join(n.data(), "photogallery")); err == nil {
			return found
		}
	}
	n.Fatal("no local cloud comes up")
	return control.Endpoint{}
}
