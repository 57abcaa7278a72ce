package process_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"photogallery/internal/local/process"
)

func TestUnitIsReadWithItsDropIns(t *testing.T) {
	unit, err := process.ParseUnit("x.service",
		strings.NewReader("[Unit]\nDescription=X\n[Service]\nExecStart=/bin/x -a 'b c'\nRestart=on-failure\nRestartSec=2\nTimeoutStopSec=1m\nEnvironment=A=1 \"B=2 3\"\nProtectSystem=strict\nMemoryMax=1G\n[Install]\nWantedBy=multi-user.target\n"),
		strings.NewReader("[Unit]\nConditionPathExists=/etc/x\n[Service]\nRestart=always\nMemoryMax=2G\n"))
	if err != nil {
		t.Fatal(err)
	}
	want := process.Unit{
		Description: "X", Start: []string{"/bin/x", "-a", "b c"}, Environment: []string{"A=1", "B=2 3"},
		Restart: "always", RestartDelay: 2 * time.Second, StopTimeout: time.Minute,
		Conditions: []string{"/etc/x"}, WantedBy: []string{"multi-user.target"}, Unheeded: []string{"MemoryMax", "ProtectSystem"},
	}
	if diff := cmp.Diff(want, unit, cmp.FilterPath(func(p cmp.Path) bool {
		return slices.Contains([]string{".EnvironmentFiles", ".Before", ".StartLimit", ".Folders", ".Inherited"}, p.Last().String())
	}, cmp.Ignore())); diff != "" {
		t.Error(diff)
	}
}

func TestEveryProblemOfAUnitIsNamed(t *testing.T) {
	_, err := process.ParseUnit("x.service", strings.NewReader(`
[Service]
Type=forking
ExecStart=relative
Restart=sometimes
RestartSec=1e3
TimeoutStopSec=soon
Environment=nothing
Sockets=a.socket
WorkingDirectory=~
EnvironmentFile=-relative
EnvironmentFile=/etc/*.env
ExecStartPre=/bin/a ; /bin/b
ExecStartPre=/bin/%p
ExecStartPre=-/bin/a
forgotten
[Unit]
ConditionPathExists=!/x
StartLimitBurst=many
StartLimitIntervalSec=-1
[Service]
UMask=9
LimitNOFILE=3
LimitNOFILE=200:100
StateDirectory=/var/lib/x
CacheDirectory=a/../../b
LogsDirectory=a:b
RuntimeDirectory=%p
RuntimeDirectoryMode=0555
`))
	if err == nil {
		t.Fatal("a bad unit was read")
	}
	for _, want := range []string{"Type=forking: give simple or exec", "ExecStart=relative", "Restart=sometimes", `RestartSec=1e3: "1e3" is not a time`, "TimeoutStopSec=soon",
		`"nothing" is not NAME=value`, "Sockets=a.socket is not honored", "no ExecStart", "WorkingDirectory=~: give an absolute path",
		"EnvironmentFile=-relative: give an absolute path", "EnvironmentFile=/etc/*.env: wildcards are not honored", "/bin/a ; /bin/b: give one command",
		"%p\" has a specifier", "the prefix - is not honored", `line 16 "forgotten" is not Name=value`,
		"ConditionPathExists=!/x: give an absolute path", "StartLimitBurst=many: give a whole number", "StartLimitIntervalSec=-1",
		"UMask=9: give a mask in octal", "LimitNOFILE=3: give a number of files, 64 or more", "LimitNOFILE=200:100: the soft limit is above",
		"StateDirectory=/var/lib/x: give names below /var/lib", "CacheDirectory=a/../../b: give names below /var/cache", "LogsDirectory=a:b: give names",
		"RuntimeDirectory=%p: give names below /run", "RuntimeDirectoryMode=0555: give a mode"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}

func TestUnitHasOneCommand(t *testing.T) {
	if _, err := process.ParseUnit("x.service", strings.NewReader("[Service]\nExecStart=/bin/x\nExecStart=/bin/y\n")); err == nil || !strings.Contains(err.Error(), "twice") {
		t.Errorf("got %v", err)
	}
	unit, err := process.ParseUnit("x.service", strings.NewReader("[Service]\nExecStart=/bin/x\n"), strings.NewReader("[Service]\nExecStart=\nExecStart=/bin/y\n"))
	if diff := cmp.Diff([]string{"/bin/y"}, unit.Start); err != nil || diff != "" {
		t.Errorf("a drop-in takes the command back and gives another: %v %s", err, diff)
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
