package settings

import (
	"errors"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// The limits of a document.
const (
	MaxName  = 128      // characters of a name
	MaxNames = 200      // settings and secrets
	MaxBytes = 64 << 10 // all names and values, those of secrets included
	// An instance fetches them one after the other, about one a second, before its app starts: all of
	// them must be there well within the group's grace period.
	MaxSecrets = 50
)

var (
	form        = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
	declaration = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]{0,127}) ([0-9a-f]{32}) ([0-9]{1,9})$`)
)

// reserved lists the variables that an instance sets, here or on AWS, and those with which systemd
// speaks to a service, each of which a setting would break.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#Environment%20Variables%20Set%20or%20Propagated%20by%20the%20Service%20Manager
var reserved = []string{
	"HOST", "PORT", "INSTANCE_ID", "ZONE", "RELEASE", "PHOTOS", "SAMPLES", "ALLOW_UPLOAD", "UPLOAD_KEY_FILE", "REFUSE_NAMES",
	"CREDENTIALS_DIRECTORY", "RUNTIME_DIRECTORY", "STATE_DIRECTORY", "CACHE_DIRECTORY", "LOGS_DIRECTORY", "CONFIGURATION_DIRECTORY",
	"INVOCATION_ID", "JOURNAL_STREAM", "NOTIFY_SOCKET", "WATCHDOG_PID", "WATCHDOG_USEC", "SYSTEMD_EXEC_PID", "MANAGERPID", "MAINPID",
	"LISTEN_FDS", "LISTEN_FDNAMES", "LISTEN_PID", "SERVICE_RESULT", "EXIT_CODE", "EXIT_STATUS", "PIDFILE", "REMOTE_ADDR", "REMOTE_PORT",
	"MEMORY_PRESSURE_WATCH", "MEMORY_PRESSURE_WRITE", "TRIGGER_UNIT", "TRIGGER_PATH", "TRIGGER_TIMER_REALTIME_USEC", "TRIGGER_TIMER_MONOTONIC_USEC",
}

// Reserved lists the names that neither a setting nor a secret may have.
func Reserved() []string { return slices.Clone(reserved) }

// Check returns every problem of the document, or nil.
func (d Document) Check() error {
	var problems []error
	total := 0
	for _, name := range slices.Sorted(maps.Keys(d.Values)) {
		problems = append(problems, CheckName(name), CheckValue(name, d.Values[name]))
		if _, isSecret := d.Secrets[name]; isSecret {
			problems = append(problems, fmt.Errorf("%s is a setting and a secret: unset one of the two", name))
		}
		total += len(name) + len(d.Values[name])
	}
	for _, name := range slices.Sorted(maps.Keys(d.Secrets)) {
		problems = append(problems, CheckName(name))
		total += len(name) + d.Secrets[name].Size
	}
	if names := len(d.Values) + len(d.Secrets); names > MaxNames {
		problems = append(problems, fmt.Errorf("there would be %d settings and secrets, and %d are possible: unset some, or put several into one value", names, MaxNames))
	}
	if len(d.Secrets) > MaxSecrets {
		problems = append(problems, fmt.Errorf("there would be %d secrets, and %d are possible: unset some, or put several into one value", len(d.Secrets), MaxSecrets))
	}
	if total > MaxBytes {
		problems = append(problems, fmt.Errorf("names and values would have %d bytes together, secrets included, and %d are possible: put large ones into the bundle or into a storage of the app's own", total, MaxBytes))
	}
	return errors.Join(problems...)
}

// CheckName refuses what cannot be a variable, and names that are taken.
func CheckName(name string) error {
	switch {
	case !form.MatchString(name):
		return fmt.Errorf("%q cannot be the name of a variable: give letters, digits and _, no digit first", name)
	case len(name) > MaxName:
		return fmt.Errorf("the name %s… has %d characters, and %d are possible", name[:32], len(name), MaxName)
	case slices.Contains(reserved, name):
		return fmt.Errorf("%s is set by the instance or by systemd: give another name", name)
	}
	return nil
}

// CheckValue refuses what systemd refuses in an environment file: bytes that are not UTF-8, NUL, the
// byte order mark and Unicode's noncharacters. It never quotes the value, which may be a secret.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.exec.html#EnvironmentFile=
func CheckValue(name, value string) error {
	if !utf8.ValidString(value) {
		return fmt.Errorf("the value of %s is not UTF-8 text, which systemd requires: set it in base64 and let the app decode it", name)
	}
	if at := strings.IndexFunc(value, isRefused); at >= 0 {
		return fmt.Errorf("the value of %s has the character %U, which systemd refuses: set it in base64 and let the app decode it", name, []rune(value[at:])[0])
	}
	return nil
}

func isRefused(r rune) bool {
	return r == 0 || r == '\ufeff' || r >= 0xfdd0 && r <= 0xfdef || r&0xfffe == 0xfffe
}
