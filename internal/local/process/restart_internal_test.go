package process

import (
	"errors"
	"os"
	"testing"
)

// The ends are real ones, as the keeper reports them. Four signals are a success:
// https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#SuccessExitStatus=
func TestRestartFollowsTheUnit(t *testing.T) {
	k := &Kind{options: Options{Program: os.Args[0]}}
	for name, test := range map[string]struct {
		script, says      string
		onFailure, always bool
	}{
		"a success": {"exit 0", "", false, true},
		"a failure": {"exit 3", "exit status 3", true, true},
		"SIGTERM":   {"kill -TERM $$", "signal: terminated", false, true},
		"SIGHUP":    {"kill -HUP $$", "signal: hangup", false, true},
		"SIGINT":    {"kill -INT $$", "signal: interrupt", false, true},
		"SIGPIPE":   {"kill -PIPE $$", "signal: broken pipe", false, true},
		"SIGKILL":   {"kill -KILL $$", "signal: killed", true, true},
		"SIGABRT":   {"kill -ABRT $$", "signal: aborted", true, true},
	} {
		t.Run(name, func(t *testing.T) {
			err := k.runCommand(t.Context(), command{words: []string{"sh", "-c", test.script}, folder: t.TempDir()})
			if said := errors.Join(err); (said == nil) != (test.says == "") || said != nil && said.Error() != test.says {
				t.Fatalf("it ended: %v, want %q", err, test.says)
			}
			for restart, want := range map[string]bool{"no": false, "on-failure": test.onFailure, "always": test.always} {
				unit := Unit{Restart: restart}
				if unit.startsAgain(err) != want {
					t.Errorf("Restart=%s: started again %v", restart, !want)
				}
			}
		})
	}
	missing := k.runCommand(t.Context(), command{words: []string{"/no/such/program"}, folder: t.TempDir()})
	if unit := (Unit{Restart: "on-failure"}); missing == nil || !unit.startsAgain(missing) {
		t.Errorf("a program that is not there: %v", missing)
	}
}
