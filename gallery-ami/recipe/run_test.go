package recipe_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"photogallery/gallery-ami/recipe"
	"photogallery/release"
)

// runnerStub stands for what the instance of a command asks of AWS, and for systemd, which runs the
// command of the unit. TIMEOUT makes the command take too long.
const runnerStub = `#!/bin/bash
case "${0##*/} $1 ${2:-}" in
  curl*) echo i-0123456789abcdef0 ;;
  "aws s3api get-object") cp "$BUCKET/$8" "$9" ;;
  "aws s3api put-object") [ -z "${REFUSE:-}" ] || exit 254; cp "${10}" "$BUCKET/$8" ;;
  "aws events put-events") echo "$6" >>"$ROOT/events"; echo 0 ;;
  "systemctl start photogallery-run.service")
    unit=$ROOT/run/systemd/system/photogallery-run.service
    pipe=$(sed -n 's/^StandardOutput=file://p' "$unit.d/zz-run.conf")
    bash "$(sed -n 's/^LoadCredential=photogallery-run://p' "$unit.d/zz-run.conf")" >"$pipe" 2>&1 </dev/null
    echo $? >"$ROOT/status"
    exit 1 ;;
  "systemctl show --property=Result") [ -n "${TIMEOUT:-}" ] && echo timeout || echo exit-code ;;
  "systemctl show --property=ExecMainStatus") [ -n "${TIMEOUT:-}" ] && echo 15 || cat "$ROOT/status" ;;
  "systemctl show --property=ExecMainCode") [ -n "${TIMEOUT:-}" ] && echo 2 || echo "${CODE:-1}" ;;
  systemctl*) echo "systemctl $*" >>"$ROOT/asked" ;;
esac
`

// runner is a folder that the instance of a command boots in.
type runner struct{ host }

func newRunner(t *testing.T, command string, more ...string) runner {
	t.Helper()
	root, bucket := t.TempDir(), newBucket(t)
	write(t, filepath.Join(bucket, "runs/run-1.command"), command)
	for _, name := range []string{"curl", "sleep", "systemctl", "aws", "shutdown"} {
		write(t, filepath.Join(root, "bin", name), runnerStub)
	}
	write(t, filepath.Join(root, "etc/systemd/system/photogallery.service"), "[Service]\nExecStart=/bin/true\n")
	return runner{host{root: root, bucket: bucket, environment: append([]string{"ROOT=" + root, "BUCKET=" + bucket, "PATH=" + filepath.Join(root, "bin") + ":" + os.Getenv("PATH")}, more...)}}
}

// run boots the instance and returns what it kept and what it reported.
func (r runner) run(t *testing.T, settings string) (kept release.RunResult, said []event) {
	t.Helper()
	script, err := recipe.RunnerUserData(recipe.RunnerInput{
		Bucket: "b", Command: "runs/run-1.command", Output: "runs/run-1.output", Region: "eu-west-1",
		Release: "run-1", Source: "photogallery-main.builder", Seconds: "600", Most: strconv.Itoa(release.MaxRunOutput), Settings: settings,
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/run/photogallery", "/run/systemd", "/etc/photogallery", "/etc/systemd", "/sys/devices"} {
		script = strings.ReplaceAll(script, path, r.root+path)
	}
	command := exec.CommandContext(t.Context(), "bash", "-s")
	command.Env, command.Stdin = r.environment, strings.NewReader(script)
	if output, err := command.CombinedOutput(); err != nil && !r.has("events") {
		t.Fatalf("%v, and it reports nothing: %s", err, output)
	}
	if content, err := os.ReadFile(filepath.Join(r.bucket, "runs/run-1.output")); err == nil {
		if kept, err = release.DecodeRun(content); err != nil {
			t.Error(err)
		}
	}
	return kept, workshop{T: t, root: r.root}.events()
}

func TestCommandRunsAsTheServiceWithItsSettings(t *testing.T) {
	r := newRunner(t, "echo hello; echo wrong >&2; cat; exit 3\n")
	settings := stored(t, r.bucket)
	kept, said := r.run(t, settings)
	if diff := cmp.Diff(release.RunResult{ExitStatus: 3, Output: []byte("hello\nwrong\n")}, kept); diff != "" {
		t.Error(diff)
	}
	if want := (event{"failure", "the command ended with exit status 3", "i-0123456789abcdef0", "run-1"}); len(said) != 1 || said[0] != want {
		t.Errorf("it reports %+v", said)
	}
	units := "run/systemd/system/photogallery-run.service"
	if r.file(t, units) != r.file(t, "etc/systemd/system/photogallery.service") || !strings.Contains(r.file(t, units+".d/app.conf"), "LoadCredential=PLAIN:") {
		t.Error("the command's unit is not the service's, or it gets no secrets")
	}
	asked := r.file(t, "asked")
	if !strings.HasPrefix(asked, "systemctl stop photogallery.service\n") || strings.Contains(asked, "start photogallery.service") {
		t.Errorf("systemd was asked for %s", asked)
	}
	if r.has("run/photogallery/command") {
		t.Error("the command stays on the instance")
	}
}

func TestEndOfALargeOutputIsKept(t *testing.T) {
	r := newRunner(t, "head -c 20000000 /dev/zero | tr '\\0' x; echo; echo the end\n")
	kept, said := r.run(t, "")
	if len(kept.Output) != release.MaxRunOutput || !kept.Truncated || kept.ExitStatus != 0 || !strings.HasSuffix(string(kept.Output), "x\nthe end\n") {
		t.Errorf("kept are %d bytes, truncated %t, status %d", len(kept.Output), kept.Truncated, kept.ExitStatus)
	}
	if len(said) != 1 || said[0].Status != "success" {
		t.Errorf("it reports %+v", said)
	}
}

func TestCommandThatTakesTooLongIsReported(t *testing.T) {
	r := newRunner(t, "echo so far\n", "TIMEOUT=1")
	kept, said := r.run(t, "")
	if !kept.TimedOut || kept.ExitStatus != 143 || string(kept.Output) != "so far\n" {
		t.Errorf("kept is %+v", kept)
	}
	if len(said) != 1 || said[0].Reason != "the command took longer than 600 s and was ended" {
		t.Errorf("it reports %+v", said)
	}
	if unit := r.file(t, "run/systemd/system/photogallery-run.service.d/zz-run.conf"); !strings.Contains(unit, "TimeoutStartSec=600\n") || !strings.Contains(unit, "StandardInput=null\n") {
		t.Errorf("the unit is %s", unit)
	}
}

func TestRunnerReportsWhatItCannotDo(t *testing.T) {
	for want, spoil := range map[string]func(*runner){
		"to read the settings of the app":                func(r *runner) { must(t, os.RemoveAll(filepath.Join(r.bucket, "settings"))) },
		"to read s3://b/runs/run-1.command":              func(r *runner) { must(t, os.Remove(filepath.Join(r.bucket, "runs/run-1.command"))) },
		"to keep the output as s3://b/runs/run-1.output": func(r *runner) { r.environment = append(r.environment, "REFUSE=1") },
		"the command's service":                          func(r *runner) { r.environment = append(r.environment, "CODE=0") },
	} {
		r := newRunner(t, "echo hello\n")
		settings := stored(t, r.bucket)
		spoil(&r)
		if _, said := r.run(t, settings); len(said) != 1 || said[0].Status != "failure" || said[0].Reason != "the command did not run: "+want+" failed on the instance" {
			t.Errorf("%s: it reports %+v", want, said)
		}
	}
}

// What is in the user data can be read by every program of the instance.
func TestRunnersUserDataHasNoSecretAndFits(t *testing.T) {
	in := recipe.RunnerInput{Bucket: "b", Command: "runs/r.command", Output: "runs/r.output", Region: "eu-west-1", Release: "r", Source: "s", Seconds: "60", Most: "9", Settings: strings.Repeat("0a", 32)}
	script, err := recipe.RunnerUserData(in)
	if err != nil || len(script) > recipe.MaxUserData {
		t.Fatal(err, len(script))
	}
	if got, err := recipe.ReadRunner(script); err != nil || got != in {
		t.Errorf("%v, it reads %+v", err, got)
	}
	if own, err := recipe.ReadSettings(script); err != nil || own["RELEASE"] != "r" {
		t.Errorf("%v, the service's own settings are %v", err, own)
	}
	if _, err := recipe.ReadRunner("#!/bin/bash\n"); err == nil {
		t.Error("anything is a runner's user data")
	}
	if encoded, err := json.Marshal(script); err != nil || strings.Contains(string(encoded), "systemctl restart --no-block photogallery.service") {
		t.Error("the runner starts the service")
	}
}
