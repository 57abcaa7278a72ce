package process

import (
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/coreos/go-systemd/v22/unit"
	"github.com/mattn/go-shellwords"

	"photogallery/internal/release"
)

// Unit is a systemd service as far as the local mode honours it.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
type Unit struct {
	Description      string
	Start            []string // ExecStart, split
	Before           [][]string
	Environment      []string // NAME=value
	EnvironmentFiles []environmentFile
	WorkingDirectory string
	Restart          string // no, on-failure or always
	RestartDelay     time.Duration
	StopTimeout      time.Duration
	Conditions       []string // ConditionPathExists: the service starts only where all exist
	WantedBy         []string
}

type environmentFile struct {
	path     string
	optional bool
}

const (
	defaultRestartDelay = 100 * time.Millisecond
	defaultStopTimeout  = 90 * time.Second
	mostUnitBytes       = 64 << 10
)

// directives is every directive that a unit may hold here. Those with a nil reader say how the
// service is confined or ordered on a real instance; a process of your own account on your own
// machine has neither, so they are accepted and change nothing.
var directives = map[string]func(*Unit, string) error{
	"Unit.Description":           func(u *Unit, v string) error { u.Description = v; return nil },
	"Unit.Documentation":         nil,
	"Unit.After":                 nil,
	"Unit.Wants":                 nil,
	"Unit.ConditionPathExists":   readCondition,
	"Unit.StartLimitBurst":       nil,
	"Unit.StartLimitIntervalSec": nil,
	"Service.Type":               readType,
	"Service.ExecStart":          readStart,
	"Service.ExecStartPre":       readBefore,
	"Service.Environment":        readEnvironment,
	"Service.EnvironmentFile":    readEnvironmentFile,
	"Service.WorkingDirectory":   readWorkingDirectory,
	"Service.Restart":            readRestart,
	"Service.RestartSec":         func(u *Unit, v string) (err error) { u.RestartDelay, err = readSeconds(v); return err },
	"Service.TimeoutStopSec":     func(u *Unit, v string) (err error) { u.StopTimeout, err = readSeconds(v); return err },
	"Install.WantedBy":           func(u *Unit, v string) error { u.WantedBy = strings.Fields(v); return nil },

	"Service.User": nil, "Service.Group": nil, "Service.DynamicUser": nil, "Service.UMask": nil,
	"Service.StateDirectory": nil, "Service.CacheDirectory": nil, "Service.LogsDirectory": nil, "Service.RuntimeDirectory": nil,
	"Service.AmbientCapabilities": nil, "Service.CapabilityBoundingSet": nil, "Service.NoNewPrivileges": nil,
	"Service.ProtectSystem": nil, "Service.ProtectHome": nil, "Service.PrivateTmp": nil, "Service.PrivateDevices": nil,
	"Service.ProtectKernelTunables": nil, "Service.ProtectKernelModules": nil, "Service.ProtectKernelLogs": nil,
	"Service.ProtectControlGroups": nil, "Service.ProtectClock": nil, "Service.ProtectHostname": nil, "Service.ProtectProc": nil,
	"Service.ProcSubset": nil, "Service.RestrictAddressFamilies": nil, "Service.RestrictNamespaces": nil,
	"Service.RestrictRealtime": nil, "Service.RestrictSUIDSGID": nil, "Service.LockPersonality": nil,
	"Service.MemoryDenyWriteExecute": nil, "Service.SystemCallArchitectures": nil, "Service.SystemCallFilter": nil,
	"Service.SystemCallErrorNumber": nil, "Service.RemoveIPC": nil, "Service.KeyringMode": nil,
	"Service.LimitNOFILE": nil, "Service.MemoryMax": nil, "Service.TasksMax": nil, "Service.OOMPolicy": nil,
	"Service.StandardOutput": nil, "Service.StandardError": nil, "Service.SyslogIdentifier": nil,
}

// Directives lists every "Section.Name" that a unit may hold, sorted; applied tells which of them
// change how the local mode runs the service.
func Directives() (all []string, applied func(string) bool) {
	for name := range directives {
		all = append(all, name)
	}
	slices.Sort(all)
	return all, func(name string) bool { return directives[name] != nil }
}

// ParseUnit reads a service unit and its drop-ins, in their order. Every problem is in the one InvalidRequest that it returns:
// a directive that is not honoured, by name, and a value that cannot be.
func ParseUnit(name string, files ...io.Reader) (Unit, error) {
	parsed := Unit{Restart: "no", RestartDelay: defaultRestartDelay, StopTimeout: defaultStopTimeout}
	var problems []string
	for _, file := range files {
		options, err := unit.DeserializeOptions(io.LimitReader(file, mostUnitBytes))
		if err != nil {
			return Unit{}, release.Errorf(release.InvalidRequest, "unit %s is no systemd unit: %w", name, err)
		}
		for _, option := range options {
			if problem := parsed.apply(option); problem != "" {
				problems = append(problems, problem)
			}
		}
	}
	if len(parsed.Start) == 0 {
		problems = append(problems, "[Service] has no ExecStart: say what to run")
	}
	if len(problems) > 0 {
		return Unit{}, release.Errorf(release.InvalidRequest, "unit %s: %s", name, strings.Join(problems, "; "))
	}
	return parsed, nil
}

func (u *Unit) apply(option *unit.UnitOption) string {
	read, known := directives[option.Section+"."+option.Name]
	if !known {
		return fmt.Sprintf("[%s] %s=%s is not honoured here: remove it, or see the list in docs/bundle.md", option.Section, option.Name, option.Value)
	}
	if read == nil {
		return ""
	}
	if strings.Contains(option.Value, "%") && option.Name != "Description" {
		return fmt.Sprintf("[%s] %s=%s has a specifier, which is not honoured here: write out what it stands for", option.Section, option.Name, option.Value)
	}
	if err := read(u, option.Value); err != nil {
		return fmt.Sprintf("[%s] %s=%s: %v", option.Section, option.Name, option.Value, err)
	}
	return ""
}

func readType(_ *Unit, value string) error {
	if value != "simple" && value != "exec" {
		return fmt.Errorf("give simple or exec")
	}
	return nil
}

func readRestart(u *Unit, value string) error {
	if !slices.Contains([]string{"no", "on-failure", "always"}, value) {
		return fmt.Errorf("give no, on-failure or always")
	}
	u.Restart = value
	return nil
}

func readCondition(u *Unit, value string) error {
	u.Conditions = append(u.Conditions, value)
	return mustBeAbsolute(value)
}

func readWorkingDirectory(u *Unit, value string) error {
	u.WorkingDirectory = value
	return mustBeAbsolute(value)
}

func mustBeAbsolute(path string) error {
	if !strings.HasPrefix(path, "/") {
		return fmt.Errorf("give an absolute path")
	}
	return nil
}

func readStart(u *Unit, value string) (err error) {
	if len(u.Start) > 0 {
		return fmt.Errorf("it is given twice; give it once")
	}
	u.Start, err = splitCommand(value)
	return err
}

func readBefore(u *Unit, value string) error {
	command, err := splitCommand(value)
	u.Before = append(u.Before, command)
	return err
}

func readEnvironment(u *Unit, value string) error {
	assignments, err := splitWords(value)
	if err != nil {
		return err
	}
	for _, assignment := range assignments {
		if !strings.Contains(assignment, "=") {
			return fmt.Errorf("%q is no NAME=value", assignment)
		}
	}
	u.Environment = append(u.Environment, assignments...)
	return nil
}

func readEnvironmentFile(u *Unit, value string) error {
	path, optional := strings.CutPrefix(value, "-")
	u.EnvironmentFiles = append(u.EnvironmentFiles, environmentFile{path, optional})
	return mustBeAbsolute(path)
}

// readSeconds takes systemd's plain seconds or Go's "1m30s", which it reads alike.
func readSeconds(value string) (time.Duration, error) {
	if seconds, err := strconv.ParseFloat(value, 64); err == nil && seconds >= 0 {
		return time.Duration(seconds * float64(time.Second)), nil
	}
	d, err := time.ParseDuration(value)
	if err != nil || d < 0 {
		return 0, fmt.Errorf("give seconds, or a time like 90s")
	}
	return d, nil
}

func splitCommand(value string) ([]string, error) {
	command, err := splitWords(value)
	if err != nil {
		return nil, err
	}
	if len(command) == 0 || !strings.HasPrefix(command[0], "/") {
		return nil, fmt.Errorf("begin with the absolute path of a program")
	}
	if slices.Contains(command, ";") {
		return nil, fmt.Errorf("give one command")
	}
	return command, nil
}

// splitWords splits as systemd does: what a shell would take for its own is a character like others.
func splitWords(value string) ([]string, error) {
	parser := shellwords.NewParser()
	parser.SetExcludeSeparators(';', '&', '|', '<', '>', '(', ')', '`')
	return parser.Parse(value)
}
