package process_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"photogallery/internal/local/process"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/patience"
)

// daemon returns a script that leaves a process with another session and parent, nothing of its
// environment, folder and files, and no ear for SIGTERM. It notes its ID in the file.
func daemon(note string) string {
	return `(env -i PATH=/usr/bin:/bin setsid sh -c 'cd /; sh -c "trap \"\" TERM HUP; echo \$\$ >` + note + `.new; mv ` + note + `.new ` + note + `; while :; do sleep 0.1; done" </dev/null >/dev/null 2>&1 &' &)
while [ ! -e ` + note + ` ]; do sleep 0.01; done
`
}

// daemonic returns a bundle whose install.sh and whose service each leave a daemon.
func daemonic(t *testing.T, then string) (packed []byte, notes []string) {
	t.Helper()
	folder := t.TempDir()
	notes = []string{filepath.Join(folder, "of-install"), filepath.Join(folder, "of-service")}
	unit := strings.Replace(serviceUnit, "/opt/photogallery/server", "/opt/photogallery/run.sh", 1)
	return bundle(t, map[string]string{
		"photogallery.service": strings.Replace(unit, "Restart=always", "Restart=no\nTimeoutStopSec=0.3", 1),
		"run.sh":               "#!/bin/sh\n" + daemon(notes[1]) + then,
		"install.sh":           "install -m 0755 server run.sh \"$INSTALL_DIR/\"\n" + daemon(notes[0]),
	}), notes
}

// wantGone fails the test for each daemon that is left, and ends it.
func wantGone(t *testing.T, notes []string) {
	t.Helper()
	for _, note := range notes {
		content, err := os.ReadFile(note)
		if err != nil {
			t.Fatalf("the daemon never ran: %v", err)
		}
		pid, _ := strconv.Atoi(strings.TrimSpace(string(content)))
		if !gone(pid) {
			_ = syscall.Kill(pid, syscall.SIGKILL)
			t.Errorf("the daemon %d, %s, outlives its machine", pid, filepath.Base(note))
		}
	}
}

const serveOn = "exec \"$(dirname \"$0\")/server\"\n"

func TestDaemonEndsWithItsMachine(t *testing.T) {
	for name, test := range map[string]struct {
		then string
		end  func(*process.Kind, machine.Machine)
	}{
		"stopped":                  {serveOn, func(_ *process.Kind, m machine.Machine) { m.Stop() }},
		"crashed":                  {serveOn, func(_ *process.Kind, m machine.Machine) { m.Kill() }},
		"the service ended before": {"exit 3\n", func(_ *process.Kind, m machine.Machine) { m.Stop() }},
		"all of the cloud closed":  {serveOn, func(k *process.Kind, _ machine.Machine) { _ = k.Close() }},
	} {
		t.Run(name, func(t *testing.T) {
			packed, notes := daemonic(t, test.then)
			k := newKind(t, packed)
			h := newHost()
			builder := k.Boot(machine.Spec{InstanceID: "i-builder", Role: "builder"}, h)
			next(t, h.events)
			wantGone(t, notes[:1]) // the build is done
			test.end(k, builder)
			next(t, h.stopped)
			wantGone(t, notes)
		})
	}
}

// A cloud that is killed cannot end anything itself.
func TestDaemonEndsWithAKilledCloud(t *testing.T) {
	if os.Getenv("CLOUD_TO_KILL") != "" {
		packed, notes := daemonic(t, serveOn)
		h := newHost()
		newKind(t, packed).Boot(machine.Spec{InstanceID: "i-builder", Role: "builder"}, h)
		next(t, h.events)
		if err := os.WriteFile(os.Getenv("CLOUD_TO_KILL"), []byte(strings.Join(notes, "\n")), 0o600); err != nil {
			t.Fatal(err)
		}
		time.Sleep(patience.Limit) // and no longer, if the test that would kill it was killed itself
		return
	}
	told := filepath.Join(t.TempDir(), "told")
	cloud := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestDaemonEndsWithAKilledCloud$")
	cloud.Env = append(os.Environ(), "CLOUD_TO_KILL="+told, "TMPDIR="+t.TempDir())
	if err := cloud.Start(); err != nil {
		t.Fatal(err)
	}
	var notes []string
	until(t, "the notes of the daemons", func() bool {
		content, _ := os.ReadFile(told) // absent until all runs
		notes = strings.Split(string(content), "\n")
		return len(notes) == 2
	})
	_ = cloud.Process.Kill()
	_ = cloud.Wait() // it was killed
	wantGone(t, notes)
}
