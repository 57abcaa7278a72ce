package process_test

import (
	"os"
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

// withChild returns a unit whose main process starts another, which notes its ID and heeds no
// SIGTERM.
func withChild(t *testing.T, then string) (packed []byte, child func() int) {
	t.Helper()
	note := filepath.Join(t.TempDir(), "child")
	script := "#!/bin/sh\nsh -c 'trap \"\" TERM; echo $$ >" + note + ".new; mv " + note + ".new " + note + "; while :; do sleep 0.1; done' &\n" +
		"while [ ! -e " + note + " ]; do sleep 0.01; done\n" + then
	unit := strings.Replace(serviceUnit, "/opt/photogallery/server", "/opt/photogallery/run.sh", 1)
	packed = bundle(t, map[string]string{
		"photogallery.service": strings.Replace(unit, "Restart=always", "Restart=no\nTimeoutStopSec=0.3", 1), "run.sh": script,
		"install.sh": "install -m 0755 server run.sh \"$INSTALL_DIR/\"\n",
	})
	return packed, func() int {
		var content []byte
		until(t, "the child's ID", func() (noted bool) {
			var err error
			content, err = os.ReadFile(note)
			return err == nil
		})
		pid, _ := strconv.Atoi(strings.TrimSpace(string(content)))
		return pid
	}
}

func gone(pid int) bool {
	for deadline := time.Now().Add(patience.Limit); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil || strings.Contains(string(stat), ") Z ") {
			return true
		}
	}
	return false
}

func TestServiceChildrenEndWithIt(t *testing.T) {
	for name, then := range map[string]string{
		"the service stops":              "trap 'exit 0' TERM\nwhile :; do sleep 0.05; done\n",
		"the service has died of itself": "exit 3\n",
	} {
		t.Run(name, func(t *testing.T) {
			packed, child := withChild(t, then)
			k := newKind(t, packed)
			h := newHost()
			builder := k.Boot(machine.Spec{InstanceID: "i-builder", Role: "builder"}, h)
			pid := child()
			next(t, h.events)
			builder.Stop()
			next(t, h.stopped)
			if !gone(pid) {
				_ = syscall.Kill(pid, syscall.SIGKILL)
				t.Errorf("child %d outlives its machine", pid)
			}
		})
	}
}

func TestKilledMachineDoesNotWaitForExecStartPre(t *testing.T) {
	note := filepath.Join(t.TempDir(), "preparing")
	unit := strings.Replace(serviceUnit, "ExecStart=", "ExecStartPre=/bin/sh -c 'touch "+note+"; sleep 60'\nExecStart=", 1)
	k := newKind(t, bundle(t, map[string]string{"photogallery.service": unit, "install.sh": ":\n"}))
	h := newHost()
	builder := k.Boot(machine.Spec{InstanceID: "i-builder", Role: "builder"}, h)
	until(t, "what prepares the service", func() bool {
		_, err := os.Stat(note)
		return err == nil
	})
	builder.Kill()
	next(t, h.stopped)
}

func TestScratchFolderOfAKilledCloudIsRemoved(t *testing.T) {
	dir, temporary := t.TempDir(), t.TempDir()
	t.Setenv("TMPDIR", temporary)
	options := process.Options{Dir: dir, Program: os.Args[0], Recipe: recipe{}}
	if _, err := process.New(options); err != nil { // it is never closed, as if it were killed
		t.Fatal(err)
	}
	next, err := process.New(options)
	if err != nil {
		t.Fatal(err)
	}
	if err := next.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(temporary); err != nil || len(left) > 0 {
		t.Errorf("left: %v, %v", left, err)
	}
}
