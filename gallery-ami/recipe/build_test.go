package recipe_test

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"photogallery/gallery-ami/recipe"
)

// builderStub stands for what a builder asks of AWS and of its machine. The first REFUSED events are
// refused, and the bundle cannot be read the first UNREADABLE times.
const builderStub = `#!/bin/bash
case "${0##*/} $1 ${2:-}" in
  curl*) case "$*" in *http_code*) printf 200 ;; *) echo i-0123456789abcdef0 ;; esac ;;
  "aws s3 cp")
    echo >>"$ROOT/fetched"
    [ "$(wc -l <"$ROOT/fetched")" -gt "${UNREADABLE:-0}" ] || { echo "Unable to locate credentials" >&2; exit 253; }
    cp "$ROOT/bundle.tar.gz" "${@: -1}" ;;
  dnf*) eval "${DNF:-}" ;;
  "aws s3api put-object")
    echo "$*" >"$ROOT/put"
    for word; do [ "${last:-}" != --body ] || cp "$word" "$ROOT/sbom"; last=$word; done ;;
  "aws events put-events")
    echo "$6" >>"$ROOT/events"
    [ "$(wc -l <"$ROOT/events")" -le "${REFUSED:-0}" ] && echo 1 || echo 0 ;;
esac
`

// workshop is a folder that a builder works in.
type workshop struct {
	*testing.T
	root, sha256 string
}

// newWorkshop has a bundle whose install.sh does that.
func newWorkshop(t *testing.T, install string) workshop {
	t.Helper()
	folder := t.TempDir()
	write(t, filepath.Join(folder, "install.sh"), install)
	write(t, filepath.Join(folder, "app.service"), "[Service]\nExecStart=/bin/true\n")
	return workshopWith(t, packed(t, folder))
}

func workshopWith(t *testing.T, bundle []byte) workshop {
	t.Helper()
	root := t.TempDir()
	for _, name := range []string{"curl", "sleep", "systemctl", "aws", "dnf", "shutdown", "sync"} {
		write(t, filepath.Join(root, "bin", name), builderStub)
	}
	for _, folder := range []string{"run/photogallery", "var/lib", "var/tmp"} {
		if err := os.MkdirAll(filepath.Join(root, folder), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	write(t, filepath.Join(root, "bundle.tar.gz"), string(bundle))
	sum := sha256.Sum256(bundle)
	return workshop{t, root, hex.EncodeToString(sum[:])}
}

// build runs the builder's script with all of the machine's own paths below the root.
func (w workshop) build(sum string, more ...string) {
	w.Helper()
	script := builder(w.T, recipe.BuilderInput{Bucket: "b", Key: "k", SHA256: sum, Region: "r", Release: "r1", SBOMBucket: "s", SBOMKey: "sboms/r1.json"})
	for _, path := range []string{"/run/photogallery", "/run/systemd", "/var/tmp/photogallery", "/var/lib/photogallery-built", "/sys/devices"} {
		script = strings.ReplaceAll(script, path, w.root+path)
	}
	command := exec.CommandContext(w.Context(), "bash", "-s", "build")
	command.Env = append([]string{"ROOT=" + w.root, "CHECK_SECONDS=2", "PATH=" + filepath.Join(w.root, "bin") + ":" + os.Getenv("PATH")}, more...)
	command.Stdin = strings.NewReader(script)
	if output, err := command.CombinedOutput(); err != nil && len(w.events()) == 0 {
		w.Fatalf("%v, and it reports nothing: %s", err, output)
	}
}

// event is a builder's report of its build.
type event struct{ Status, Reason, Instance, Release string }

func (w workshop) events() (said []event) {
	w.Helper()
	content, err := os.ReadFile(filepath.Join(w.root, "events"))
	if err != nil {
		return nil
	}
	for line := range strings.Lines(string(content)) {
		var entries []struct{ Detail string }
		if err := json.Unmarshal([]byte(line), &entries); err != nil {
			w.Fatalf("%v: %s", err, line)
		}
		var one event
		if err := json.Unmarshal([]byte(entries[0].Detail), &one); err != nil {
			w.Fatalf("%v: %s", err, entries[0].Detail)
		}
		said = append(said, one)
	}
	return said
}

func (w workshop) installs() int {
	content, _ := os.ReadFile(filepath.Join(w.root, "installed")) // absent where nothing was
	return strings.Count(string(content), "\n")
}

const install = "echo once >>\"$ROOT/installed\"\n"

// Making the image restarts the builder.
func TestBuilderBuildsOnceAndReports(t *testing.T) {
	w := newWorkshop(t, install)
	for range 2 {
		w.build(w.sha256)
	}
	want := event{"success", "", "i-0123456789abcdef0", "r1"}
	if said := w.events(); len(said) != 1 || said[0] != want || w.installs() != 1 {
		t.Errorf("it says %+v and has installed %d times", said, w.installs())
	}
}

// shutDown does what systemd does last: all services have ended, and what final.target wants is started.
func (w workshop) shutDown() {
	w.Helper()
	units, err := filepath.Glob(filepath.Join(w.root, "run/systemd/system/final.target.wants/*"))
	if err != nil {
		w.Fatal(err)
	}
	for _, unit := range units {
		content, err := os.ReadFile(unit)
		if err != nil {
			w.Fatal(err)
		}
		_, line, _ := strings.Cut(string(content), "\nExecStart=")
		line, _, _ = strings.Cut(line, "\n")
		words := strings.Fields(line)
		command := exec.CommandContext(w.Context(), words[0], words[1:]...)
		command.Env = []string{"ROOT=" + w.root, "PATH=" + os.Getenv("PATH")}
		if said, err := command.CombinedOutput(); err != nil {
			w.Fatalf("%v: %s", err, said)
		}
	}
	if err := os.RemoveAll(filepath.Join(w.root, "run")); err != nil {
		w.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(w.root, "run/photogallery"), 0o755); err != nil {
		w.Fatal(err)
	}
}

// CreateImage shuts the builder down before it takes the snapshot; one that fails is made again.
func TestImageHoldsNothingThatBuilderWritesWhenItShutsDown(t *testing.T) {
	w := newWorkshop(t, install)
	for range 2 {
		w.build(w.sha256)
		written := []string{"var/lib/systemd/random-seed", "var/log/wtmp", "var/log/journal/0123/system.journal", "etc/ssh/ssh_host_rsa_key", "var/lib/cloud/instance"}
		for _, path := range written {
			write(t, filepath.Join(w.root, path), "of the builder\n")
		}
		w.shutDown()
		for _, path := range written {
			if _, err := os.Lstat(filepath.Join(w.root, path)); !errors.Is(err, os.ErrNotExist) {
				t.Errorf("%s is in the image: %v", path, err)
			}
		}
	}
	if left, err := filepath.Glob(filepath.Join(w.root, "*/systemd/system*/*clean*")); err != nil || len(left) > 0 {
		t.Errorf("%v, the image holds %q", err, left)
	}
}

func TestBuilderRefusesABundleOfAnotherDigest(t *testing.T) {
	w := newWorkshop(t, install)
	w.build(strings.Repeat("0", 64))
	if said := w.events(); len(said) != 1 || said[0].Status != "failure" || !strings.Contains(said[0].Reason, "sha256sum") || w.installs() != 0 {
		t.Errorf("it says %+v and has installed %d times", said, w.installs())
	}
}

// bundleOf has an install.sh and more, all of it empty.
func bundleOf(t *testing.T, more ...tar.Header) []byte {
	t.Helper()
	var bundle bytes.Buffer
	compressed, err := gzip.NewWriterLevel(&bundle, gzip.BestSpeed)
	must(t, err)
	entries := tar.NewWriter(compressed)
	for _, header := range append([]tar.Header{{Name: "./install.sh"}, {Name: "app.service"}, {Name: "lib/", Typeflag: tar.TypeDir}}, more...) {
		header.Mode = 0o755
		must(t, entries.WriteHeader(&header))
		if _, err := io.CopyN(entries, zeros{}, header.Size); err != nil {
			t.Fatal(err)
		}
	}
	must(t, errors.Join(entries.Close(), compressed.Close()))
	return bundle.Bytes()
}

type zeros struct{}

func (zeros) Read(piece []byte) (int, error) { clear(piece); return len(piece), nil }

// One machine refuses the same in the same words, which the embedded cloud's own test has more of.
func TestBuilderHoldsABundleToWhatPackingPacks(t *testing.T) {
	var many []tar.Header
	for i := range recipe.MaxBundleFiles {
		many = append(many, tar.Header{Name: fmt.Sprint("lib/", i)})
	}
	for name, test := range map[string]struct {
		more []tar.Header
		says string
	}{
		"what a bundle may be": {[]tar.Header{{Name: "lib/a -> b"}, {Name: "lib/link", Typeflag: tar.TypeSymlink, Linkname: "../install.sh"}}, ""},
		"a file above":         {[]tar.Header{{Name: "lib/../../kept"}}, "the name lib/../../kept leads out of the folder; pack the folder from within"},
		"an absolute file":     {[]tar.Header{{Name: "/kept"}}, "the name /kept leads out of the folder"},
		"a link to the machine": {[]tar.Header{{Name: "python", Typeflag: tar.TypeSymlink, Linkname: "/usr/bin/env"}},
			"the link python leads to /usr/bin/env, which is not in the folder; copy the file instead"},
		"a link nowhere": {[]tar.Header{{Name: "lib/a", Typeflag: tar.TypeSymlink, Linkname: "gone"}}, "the link lib/a leads to gone, which is not in the folder"},
		"a hard link":    {[]tar.Header{{Name: "b", Typeflag: tar.TypeLink, Linkname: "app.service"}}, "b is a hard link; copy the file instead"},
		"a pipe":         {[]tar.Header{{Name: "p q", Typeflag: tar.TypeFifo}}, "p q is neither a file nor a link; remove it"},
		"too many files": {many, "it has more than 10000 files; leave out what the service does not need"},
		"too many bytes": {[]tar.Header{{Name: "large", Size: recipe.MaxBundleBytes + 1}}, "its files have more than 524288000 bytes together"},
	} {
		t.Run(name, func(t *testing.T) {
			w := workshopWith(t, bundleOf(t, test.more...))
			w.build(w.sha256)
			said := w.events()
			if len(said) != 1 || (said[0].Status == "success") != (test.says == "") || !strings.Contains(said[0].Reason, test.says) {
				t.Errorf("it says %+v", said)
			}
			if left, err := filepath.Glob(filepath.Join(w.root, "kept")); err != nil || len(left) > 0 {
				t.Errorf("beside the bundle there is %v, %v", left, err)
			}
		})
	}
}

func TestFailedBuildSaysWhatFailed(t *testing.T) {
	w := newWorkshop(t, "echo no space left\nexit 7\n")
	w.build(w.sha256)
	if said := w.events(); len(said) != 1 || said[0].Status != "failure" || !strings.Contains(said[0].Reason, "no space left") {
		t.Errorf("it says %+v", said)
	}
}

func TestLogTailHoldsWholeLines(t *testing.T) {
	w := newWorkshop(t, "for i in {1..400}; do echo \"line $i of many\"; done\nexit 7\n")
	w.build(w.sha256)
	said := w.events()
	if len(said) != 1 {
		t.Fatalf("it says %+v", said)
	}
	_, words, _ := strings.Cut(said[0].Reason, ": ")
	if !strings.HasPrefix(words, "line 3") || len(words) > 1500 || !strings.Contains(words, "line 400 of many") {
		t.Errorf("it says %q", said[0].Reason)
	}
}

func TestReasonSaysEachLineOnce(t *testing.T) {
	w := newWorkshop(t, "for i in {1..50}; do echo no module named flask; done\nexit 7\n")
	w.build(w.sha256)
	if said := w.events(); len(said) != 1 || strings.Count(said[0].Reason, "no module named flask") != 1 {
		t.Errorf("it says %+v", said)
	}
}

func TestBuilderWithoutCredentialsAtFirstTriesAgain(t *testing.T) {
	w := newWorkshop(t, install)
	w.build(w.sha256, "UNREADABLE=5")
	if said := w.events(); len(said) != 1 || said[0].Status != "success" || w.installs() != 1 {
		t.Errorf("it says %+v and has installed %d times", said, w.installs())
	}
	w = newWorkshop(t, install)
	w.build(w.sha256, "UNREADABLE=6")
	if said := w.events(); len(said) != 1 || said[0].Status != "failure" || !strings.Contains(said[0].Reason, `"aws s3 cp`) || !strings.Contains(said[0].Reason, "Unable to locate credentials") {
		t.Errorf("it says %+v", said)
	}
}

// A dnf that ends only after the bundle's installation has begun is awaited, and leaves nothing in the image.
func TestAgentIsInstalledBesideTheBundle(t *testing.T) {
	w := newWorkshop(t, install)
	w.build(w.sha256, `DNF=until [ -e "$ROOT/installed" ]; do /bin/sleep 0.05; done; mkdir -p "$ROOT/var/log" && echo done >"$ROOT/var/log/dnf.log"`)
	if said := w.events(); len(said) != 1 || said[0].Status != "success" || w.installs() != 1 {
		t.Errorf("it says %+v and has installed %d times", said, w.installs())
	}
	if _, err := os.Stat(filepath.Join(w.root, "var/log/dnf.log")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("dnf's log is in the image: %v", err)
	}
}

func TestBuildWithoutTheAgentFails(t *testing.T) {
	w := newWorkshop(t, install)
	w.build(w.sha256, "DNF=echo No match for argument: amazon-cloudwatch-agent; exit 1")
	said := w.events()
	want := `"dnf install amazon-cloudwatch-agent logrotate" ended with status 1`
	if len(said) != 1 || said[0].Status != "failure" || !strings.HasPrefix(said[0].Reason, want) || !strings.Contains(said[0].Reason, "No match for argument") {
		t.Errorf("it says %+v", said)
	}
}

func TestRefusedEventIsSentAgain(t *testing.T) {
	w := newWorkshop(t, install)
	w.build(w.sha256, "REFUSED=3")
	if said := w.events(); len(said) != 4 || said[3].Status != "success" {
		t.Errorf("it says %+v", said)
	}
}
