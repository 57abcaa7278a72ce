package process

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"photogallery/internal/localcloud/machine"
	limit "photogallery/internal/patience"
	"photogallery/internal/systemd"
)

const corpus = "testdata/systemd"

// outcome holds the results of one unit: of each start what the witness was given, and what the unit says of time.
type outcome struct {
	Said               string
	Restarts           int
	RestartDelay, Stop time.Duration
	Burst              int
	Interval           time.Duration // of the start limit
}

// Each unit and each environment file of the corpus says what it is for. Both sides run them.
func TestUnitsAndEnvironmentFilesMeanWhatTheyMeanToSystemd(t *testing.T) {
	root, units := layOut(t)
	theirs := underSystemd(t, root, units)
	for _, unit := range units {
		t.Run(unit, func(t *testing.T) {
			if diff := cmp.Diff(theirs(unit), underUs(t, root, unit)); diff != "" {
				t.Errorf("systemd (-) and gallery up (+):\n%s", diff)
			}
		})
	}
}

// layOut makes a machine's root folder of the corpus. An environment file gets a unit that reads it alone.
func layOut(t *testing.T) (root string, units []string) {
	root = t.TempDir()
	installed, system := filepath.Join(root, installDir), filepath.Join(root, unitsDir)
	for _, folder := range []string{installed, system} {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	entries, err := os.ReadDir(corpus)
	if err != nil {
		t.Fatal(err)
	}
	for _, entry := range entries {
		text, err := os.ReadFile(filepath.Join(corpus, entry.Name()))
		if err != nil {
			t.Fatal(err)
		}
		to := filepath.Join(installed, entry.Name())
		switch filepath.Ext(entry.Name()) {
		case ".service":
			to = filepath.Join(system, entry.Name())
			units = append(units, entry.Name())
		case ".env":
			units = append(units, entry.Name()+".service")
			unit := "[Service]\nEnvironmentFile=" + installDir + "/" + entry.Name() + "\nExecStart=" + installDir + "/witness.sh\n"
			if err := os.WriteFile(filepath.Join(system, entry.Name()+".service"), []byte(unit), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		if err := os.WriteFile(to, text, 0o755); err != nil { //nolint:gosec // the witness is run
			t.Fatal(err)
		}
	}
	return root, units
}

// underSystemd starts the units under systemd itself, as a user's manager in namespaces of its own.
func underSystemd(t *testing.T, root string, units []string) func(unit string) outcome {
	script, err := filepath.Abs(filepath.Join(corpus, "drive.sh"))
	if err != nil {
		t.Fatal(err)
	}
	program, err := exec.LookPath("/lib/systemd/systemd")
	if err != nil {
		cannot(t, "systemd is not installed: on Debian, apt-get install systemd")
		return nil
	}
	out := t.TempDir()
	var said []byte
	for _, as := range [][]string{{"unshare", "--user", "--map-root-user"}, {"sudo", "-n", "--preserve-env=ROOT,OUT,UNITS,SYSTEMD", "unshare"}} {
		if as[0] == "sudo" && os.Getenv("CI") == "" {
			break // which is asked of a machine of CI alone
		}
		ctx, cancel := context.WithTimeout(t.Context(), limit.Limit) // a unit that does not end holds up the script
		command := exec.CommandContext(ctx, as[0], append(as[1:], "--mount", "--pid", "--fork", "--kill-child", "--mount-proc", "--cgroup", "bash", script)...)
		command.Env = append(os.Environ(), "ROOT="+root, "OUT="+out, "UNITS="+strings.Join(units, " "), "SYSTEMD="+program)
		var words []byte
		command.WaitDelay = time.Second // sudo's own child outlives it, and holds the output
		words, err = command.CombinedOutput()
		cancel()
		said = append(said, words...)
		if _, missing := os.Stat(filepath.Join(out, "driven")); missing == nil {
			return func(unit string) outcome { return seen(t, out, unit) }
		}
	}
	log, _ := os.ReadFile(filepath.Join(out, "driver.log"))
	cannot(t, "systemd cannot run in namespaces of its own: %v %s %s", err, said, log)
	return nil
}

// cannot skips a test that this machine cannot run; one of CI must.
func cannot(t *testing.T, format string, values ...any) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf(format, values...)
	}
	t.Skipf(format, values...)
}

func seen(t *testing.T, out, unit string) (o outcome) {
	t.Helper()
	said, err := os.ReadFile(filepath.Join(out, unit+".said"))
	if err != nil {
		t.Fatal(err)
	}
	o.Said = string(said)
	properties, err := os.ReadFile(filepath.Join(out, unit+".shown"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(properties)) {
		name, value, _ := strings.Cut(strings.TrimSpace(line), "=")
		switch name {
		case "NRestarts":
			o.Restarts, err = strconv.Atoi(value)
		case "StartLimitBurst":
			o.Burst, err = strconv.Atoi(value)
		case "StartLimitIntervalUSec":
			o.Interval, err = systemd.Time(value)
		case "RestartUSec":
			o.RestartDelay, err = systemd.Time(value)
		case "TimeoutStopUSec":
			o.Stop, err = systemd.Time(value)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// underUs starts the unit as an instance does whose disk the root is, and waits for its end.
func underUs(t *testing.T, root, unit string) (o outcome) {
	t.Helper()
	log, err := os.Create(filepath.Join(t.TempDir(), "log"))
	if err != nil {
		t.Fatal(err)
	}
	defer log.Close()
	m := newInstance(&Kind{options: Options{Program: os.Args[0]}}, machine.Spec{InstanceID: "i-1", Zone: "z"}, nil)
	m.root, m.log = root, &instanceLog{file: log}
	said := filepath.Join(root, installDir, "said")
	if err := os.RemoveAll(said); err != nil {
		t.Fatal(err)
	}
	if _, err := m.systemctl([]string{"start", unit}); err != nil {
		t.Fatal(err)
	}
	s := m.service(unit)
	select {
	case <-s.done:
	case <-time.After(limit.Limit):
		s.kill()
		t.Errorf("%s is started again and again", unit)
	}
	text, err := os.ReadFile(said)
	if err != nil {
		words, _ := os.ReadFile(log.Name())
		t.Fatalf("%v %s", err, words)
	}
	o.Said = strings.ReplaceAll(strings.ReplaceAll(string(text), "folder "+root+"\n", "folder /\n"), root, "")
	_, o.Restarts = s.state()
	o.RestartDelay, o.Stop = s.unit.RestartDelay, s.unit.StopTimeout
	o.Burst, o.Interval = s.unit.StartLimit.burst, s.unit.StartLimit.interval
	return o
}

// Systemd as a user's manager has the mask of that user, and as the system's has no account's limits.
func TestServiceHasTheSystemsMaskAndTheFilesOfItsAccount(t *testing.T) {
	defer syscall.Umask(syscall.Umask(0))
	root, _ := layOut(t)
	unit := "[Service]\nLimitNOFILE=64:infinity\nExecStart=" + installDir + "/witness.sh inherited\n"
	if err := os.WriteFile(filepath.Join(root, unitsDir, "own.service"), []byte(unit), 0o600); err != nil {
		t.Fatal(err)
	}
	var account syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &account); err != nil {
		t.Fatal(err)
	}
	want := fmt.Sprintf("umask 0022 files 64 %d\n", account.Max)
	if o := underUs(t, root, "own.service"); !strings.Contains(o.Said, want) {
		t.Errorf("got %s, want %s", o.Said, want)
	}
}

// Times beyond those of the corpus are asked of systemd-analyze.
func TestTimesMeanWhatTheyMeanToSystemd(t *testing.T) {
	program, err := exec.LookPath("systemd-analyze")
	if err != nil {
		cannot(t, "systemd is not installed: on Debian, apt-get install systemd")
	}
	for _, span := range spans {
		said, refused := exec.CommandContext(t.Context(), program, "timespan", "--", span).Output()
		_, after, _ := strings.Cut(string(said), "s: ")
		microseconds, _, _ := strings.Cut(after, "\n")
		got, err := systemd.Time(span)
		if (err != nil) != (refused != nil) {
			t.Errorf("%q: systemd %v, we %v %v", span, refused, got, err)
			continue
		}
		want, _ := strconv.ParseUint(microseconds, 10, 64)
		if err == nil && got != systemd.Forever && uint64(got/time.Microsecond) != want {
			t.Errorf("%q: got %v, systemd says %d µs", span, got, want)
		}
	}
}

var spans = []string{
	"0", "1", "90", "1.5", ".5", "5.", "1.", "0.000001", "0.0000019", "1e3", "1E3", "0x10", "-1", "-0", "+5", "+.5", "",
	" ", "1min 30s", "1min30s", "30s1min", "1min1min", "5 10", "5 min", "5\tmin", "1 h 2 m 3 s", "2h30", "1y", "1M", "1m",
	"1month 1week 1day", "1mo", "1minutes", "1hours2days", "3weeks", "1ms", "1msec", "1us", "1µs", "1μs", "1usec", "1ns", "infinity",
	" infinity ", "Infinity", "infinitys", "infinity 1s", "1s infinity", "12.34.56", "12.34 .56", "12.34s.56", "1.5min", "0.5h0.5m",
	"1. s", "1.s", "s", "1 s s", "1,5", "1_000", "99999999999999999999", "292000years", "9223372036854775807us", "1h,2m", "1sec2",
}
