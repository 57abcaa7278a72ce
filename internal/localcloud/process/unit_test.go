package process_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"photogallery/internal/localcloud/process"
)

func TestAUnitIsReadWithItsDropIns(t *testing.T) {
	unit, err := process.ParseUnit("x.service",
		strings.NewReader("[Unit]\nDescription=X\n[Service]\nExecStart=/bin/x -a 'b c'\nRestart=on-failure\nRestartSec=2\nTimeoutStopSec=1m\nEnvironment=A=1 \"B=2 3\"\nProtectSystem=strict\n[Install]\nWantedBy=multi-user.target\n"),
		strings.NewReader("[Unit]\nConditionPathExists=/etc/x\n[Service]\nRestart=always\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := process.Unit{
		Description: "X", Start: []string{"/bin/x", "-a", "b c"}, Environment: []string{"A=1", "B=2 3"},
		Restart: "always", RestartDelay: 2 * time.Second, StopTimeout: time.Minute,
		Conditions: []string{"/etc/x"}, WantedBy: []string{"multi-user.target"},
	}
	if diff := cmp.Diff(want, unit, cmp.AllowUnexported(process.Unit{}), cmp.FilterPath(func(p cmp.Path) bool {
		return p.Last().String() == ".EnvironmentFiles" || p.Last().String() == ".Before"
	}, cmp.Ignore())); diff != "" {
		t.Error(diff)
	}
}

func TestEveryProblemOfAUnitIsNamed(t *testing.T) {
	_, err := process.ParseUnit("x.service", strings.NewReader(
		"[Service]\nType=forking\nExecStart=relative\nRestart=sometimes\nTimeoutStopSec=soon\nEnvironment=nothing\nSockets=a.socket\nWorkingDirectory=~\nEnvironmentFile=-relative\n"+
			"ExecStartPre=/bin/a ; /bin/b\nExecStartPre=/bin/%p\n[Unit]\nConditionPathExists=!/x\n"))
	if err == nil {
		t.Fatal("a bad unit was read")
	}
	for _, want := range []string{"Type=forking: give simple or exec", "ExecStart=relative", "Restart=sometimes", "TimeoutStopSec=soon", `"nothing" is no NAME=value`, "Sockets=a.socket is not honoured", "no ExecStart",
		"WorkingDirectory=~: give an absolute path", "EnvironmentFile=-relative: give an absolute path", "/bin/a ; /bin/b: give one command", "/bin/%p has a specifier", "ConditionPathExists=!/x: give an absolute path"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestAUnitHasOneCommandInWordsAsSystemdSplitsThem(t *testing.T) {
	unit, err := process.ParseUnit("x.service", strings.NewReader("[Service]\nExecStart=/bin/x a&b <c (d) 'e;f' `g`\n"))
	if diff := cmp.Diff([]string{"/bin/x", "a&b", "<c", "(d)", "e;f", "`g`"}, unit.Start); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if _, err := process.ParseUnit("x.service", strings.NewReader("[Service]\nExecStart=/bin/x\nExecStart=/bin/y\n")); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("got %v", err)
	}
}

func FuzzParseUnit(f *testing.F) {
	f.Add(serviceUnit)
	f.Add("[Service]\nExecStart=/bin/true \\\n -a\nEnvironment='\n")
	f.Add("no section")
	f.Fuzz(func(t *testing.T, text string) {
		unit, err := process.ParseUnit("x.service", strings.NewReader(text))
		if err == nil && len(unit.Start) == 0 {
			t.Error("a unit that starts nothing was accepted")
		}
	})
}
