package process

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"photogallery/internal/systemd"
	"photogallery/release"
)

// Unit is a systemd service, as far as the local mode supports it.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html
type Unit struct {
	Description      string
	Start            []string // ExecStart in words, before variables are expanded
	Before           [][]string
	Environment      []string // NAME=value
	EnvironmentFiles []environmentFile
	WorkingDirectory string
	Restart          string // no, on-failure or always
	RestartDelay     time.Duration
	StopTimeout      time.Duration
	Conditions       []string // ConditionPathExists: the service starts only if all exist
	WantedBy         []string
	StartLimit       startLimit
	Folders          []folders // one of each kind
	Credentials      []credential
	Inherited        inherited
	Unheeded         []string // directives that have no effect here, sorted; see Directives
}

type environmentFile struct {
	path     string
	optional bool
}

const (
	defaultRestartDelay = 100 * time.Millisecond
	defaultStopTimeout  = 90 * time.Second
)

// defaultStartLimit is the default of systemd-system.conf(5).
var defaultStartLimit = startLimit{burst: 5, interval: 10 * time.Second}

// directives lists every directive that a unit may have here. Those with a nil reader confine or
// order a service on a real instance. A process of your own account on your own machine has
// neither, so they are accepted without effect.
var directives = map[string]func(*Unit, string) error{
	"Unit.Description":           func(u *Unit, v string) error { u.Description = v; return nil },
	"Unit.Documentation":         nil,
	"Unit.After":                 nil,
	"Unit.Wants":                 nil,
	"Unit.ConditionPathExists":   readCondition,
	"Unit.StartLimitBurst":       readStartLimitBurst,
	"Unit.StartLimitIntervalSec": func(u *Unit, v string) (err error) { u.StartLimit.interval, err = systemd.Time(v); return err },
	"Service.Type":               readType,
	"Service.ExecStart":          readStart,
	"Service.ExecStartPre":       readBefore,
	"Service.Environment":        readEnvironment,
	"Service.EnvironmentFile":    readEnvironmentFile,
	"Service.WorkingDirectory":   readWorkingDirectory,
	"Service.Restart":            readRestart,
	"Service.RestartSec":         func(u *Unit, v string) (err error) { u.RestartDelay, err = systemd.Time(v); return err },
	"Service.TimeoutStopSec":     readStopTimeout,
	"Service.LoadCredential":     readCredential,
	"Service.UMask":              readUMask,
	"Service.LimitNOFILE":        readOpenFiles,
	"Install.WantedBy":           readWantedBy,

	"Service.RuntimeDirectory": readFolders("RuntimeDirectory"), "Service.RuntimeDirectoryMode": readFolderMode("RuntimeDirectory"),
	"Service.StateDirectory": readFolders("StateDirectory"), "Service.StateDirectoryMode": readFolderMode("StateDirectory"),
	"Service.CacheDirectory": readFolders("CacheDirectory"), "Service.CacheDirectoryMode": readFolderMode("CacheDirectory"),
	"Service.LogsDirectory": readFolders("LogsDirectory"), "Service.LogsDirectoryMode": readFolderMode("LogsDirectory"),

	"Service.User": nil, "Service.Group": nil, "Service.DynamicUser": nil,
	"Service.AmbientCapabilities": nil, "Service.CapabilityBoundingSet": nil, "Service.NoNewPrivileges": nil,
	"Service.ProtectSystem": nil, "Service.ProtectHome": nil, "Service.PrivateTmp": nil, "Service.PrivateDevices": nil,
	"Service.ProtectKernelTunables": nil, "Service.ProtectKernelModules": nil, "Service.ProtectKernelLogs": nil,
	"Service.ProtectControlGroups": nil, "Service.ProtectClock": nil, "Service.ProtectHostname": nil, "Service.ProtectProc": nil,
	"Service.ProcSubset": nil, "Service.RestrictAddressFamilies": nil, "Service.RestrictNamespaces": nil,
	"Service.RestrictRealtime": nil, "Service.RestrictSUIDSGID": nil, "Service.LockPersonality": nil,
	"Service.MemoryDenyWriteExecute": nil, "Service.SystemCallArchitectures": nil, "Service.SystemCallFilter": nil,
	"Service.SystemCallErrorNumber": nil, "Service.RemoveIPC": nil, "Service.KeyringMode": nil,
	"Service.MemoryMax": nil, "Service.TasksMax": nil, "Service.OOMPolicy": nil,
	"Service.StandardOutput": nil, "Service.StandardError": nil, "Service.SyslogIdentifier": nil,
}

// Directives lists every "Section.Name" that a unit may have, sorted. applied says which of them
// affect a service in the local mode.
func Directives() (all []string, applied func(string) bool) {
	for name := range directives {
		all = append(all, name)
	}
	slices.Sort(all)
	return all, func(name string) bool { return directives[name] != nil }
}

// ParseUnit reads a service unit and its drop-ins in order. Its error is one InvalidRequest with
// every problem: a directive that is not supported, an invalid value, a line that systemd would
// ignore.
func ParseUnit(name string, files ...io.Reader) (Unit, error) {
	parsed := Unit{
		Restart: "no", RestartDelay: defaultRestartDelay, StopTimeout: defaultStopTimeout, StartLimit: defaultStartLimit,
		Folders: defaultFolders(), Inherited: inherited{umask: defaultUMask},
	}
	var problems []string
	for _, file := range files {
		text, err := io.ReadAll(file)
		if err != nil {
			return Unit{}, fmt.Errorf("read unit %s: %w", name, err)
		}
		options, unread := systemd.ReadUnit(string(text))
		problems = append(problems, unread...)
		for _, option := range options {
			if err := parsed.apply(option); err != nil {
				problems = append(problems, err.Error())
			}
		}
	}
	if len(parsed.Start) == 0 {
		problems = append(problems, "[Service] has no ExecStart: say what to run")
	}
	if len(problems) > 0 {
		return Unit{}, release.Errorf(release.InvalidRequest, "unit %s: %s", name, strings.Join(problems, "; "))
	}
	slices.Sort(parsed.Unheeded)
	parsed.Unheeded = slices.Compact(parsed.Unheeded)
	return parsed, nil
}

func (u *Unit) apply(option systemd.Option) error {
	read, known := directives[option.Section+"."+option.Name]
	if !known {
		return fmt.Errorf("%s is not honored here: remove it, or see the list in docs/bundle.md", option)
	}
	if read == nil {
		if option.Section == "Service" {
			u.Unheeded = append(u.Unheeded, option.Name)
		}
		return nil
	}
	if err := read(u, option.Value); err != nil {
		return fmt.Errorf("%s: %w", option, err)
	}
	return nil
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
	if value == "" {
		u.Conditions = nil
		return nil
	}
	u.Conditions = append(u.Conditions, value)
	return mustBePath(value)
}

func readWorkingDirectory(u *Unit, value string) error {
	if u.WorkingDirectory = value; value == "" {
		return nil
	}
	return mustBePath(value)
}

func mustBePath(path string) error {
	switch {
	case !strings.HasPrefix(path, "/"):
		return errors.New("give an absolute path")
	case strings.Contains(path, "%"):
		return errors.New("it has a specifier, which is not supported here: write out its value")
	}
	return nil
}

// An empty value clears the list, here and below.
func readStart(u *Unit, value string) (err error) {
	if value == "" {
		u.Start = nil
		return nil
	}
	if len(u.Start) > 0 {
		return errors.New("it is given twice; give it once")
	}
	u.Start, err = systemd.Command(value)
	return err
}

func readBefore(u *Unit, value string) error {
	if value == "" {
		u.Before = nil
		return nil
	}
	command, err := systemd.Command(value)
	u.Before = append(u.Before, command)
	return err
}

func readEnvironment(u *Unit, value string) error {
	if value == "" {
		u.Environment = nil
		return nil
	}
	assignments, err := systemd.Assignments(value)
	u.Environment = append(u.Environment, assignments...)
	return err
}

func readEnvironmentFile(u *Unit, value string) error {
	if value == "" {
		u.EnvironmentFiles = nil
		return nil
	}
	path, optional := strings.CutPrefix(value, "-")
	u.EnvironmentFiles = append(u.EnvironmentFiles, environmentFile{path, optional})
	if strings.ContainsAny(path, "*?[") {
		return errors.New("wildcards are not honored here: name each file")
	}
	return mustBePath(path)
}

// readStopTimeout reads 0 as no limit, as systemd does for this directive.
func readStopTimeout(u *Unit, value string) (err error) {
	if u.StopTimeout, err = systemd.Time(value); u.StopTimeout == 0 {
		u.StopTimeout = systemd.Forever
	}
	return err
}

func readStartLimitBurst(u *Unit, value string) error {
	burst, err := strconv.ParseUint(value, 10, 31)
	if err != nil {
		return errors.New("give a whole number")
	}
	u.StartLimit.burst = int(burst)
	return nil
}

func readWantedBy(u *Unit, value string) error {
	u.WantedBy = append(u.WantedBy, strings.Fields(value)...)
	if value == "" {
		u.WantedBy = nil
	}
	return nil
}
