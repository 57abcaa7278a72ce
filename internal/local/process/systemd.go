package process

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	unitsDir   = "etc/systemd/system"
	enabledDir = unitsDir + "/multi-user.target.wants"
)

// systemctl acts as the command of that name, for the verbs that install scripts use, and returns
// its output.
func (m *instance) systemctl(arguments []string) (said string, err error) {
	arguments = slices.DeleteFunc(arguments, changesNothing)
	now := slices.Contains(arguments, "--now")
	arguments = slices.DeleteFunc(arguments, func(a string) bool { return a == "--now" })
	if len(arguments) == 1 && arguments[0] == "daemon-reload" {
		return "", nil
	}
	if len(arguments) < 2 {
		return "", fmt.Errorf("systemctl %s: give one of daemon-reload, %s and a unit", strings.Join(arguments, " "), verbs)
	}
	switch arguments[0] {
	case "status":
		return m.status(unitName(arguments[1]))
	case "show":
		return m.show(arguments[1:])
	}
	for _, name := range arguments[1:] {
		if err := m.control(arguments[0], unitName(name), now); err != nil {
			return "", fmt.Errorf("systemctl %s %s: %w", arguments[0], name, err)
		}
	}
	return "", nil
}

const verbs = "enable, disable, start, stop, restart, is-active, show, status"

// changesNothing reports whether an option only affects how systemctl waits and what it prints.
func changesNothing(option string) bool {
	return slices.Contains([]string{"--quiet", "-q", "--no-block", "--no-pager", "--full", "-l", "--output=cat"}, option) ||
		strings.HasPrefix(option, "--lines=")
}

func unitName(name string) string {
	return strings.TrimSuffix(path.Base(name), ".service") + ".service"
}

func (m *instance) control(verb, name string, now bool) error {
	switch verb {
	case "enable":
		return errors.Join(m.enable(name), onlyIf(now, func() error { return m.start(name) }))
	case "disable":
		return errors.Join(os.Remove(filepath.Join(m.root, enabledDir, name)), onlyIf(now, func() error { return m.stop(name) }))
	case "start":
		return m.start(name)
	case "stop":
		return m.stop(name)
	case "restart", "try-restart":
		return errors.Join(m.stop(name), m.start(name))
	case "is-active":
		if s := m.service(name); s == nil || !s.runs() {
			return errors.New("inactive")
		}
		return nil
	default:
		return errors.New("this verb is not known here: use daemon-reload or one of " + verbs)
	}
}

// status reports whether the service runs, with the end of its machine's log.
func (m *instance) status(name string) (string, error) {
	state := "inactive"
	if m.control("is-active", name, false) == nil {
		state = "active"
	}
	log, err := m.log.content()
	return fmt.Sprintf("%s is %s. Its machine said last:\n%s\n", name, state, lastWords(log)), err
}

// shown lists the properties that a script may ask for.
const shown = "--property=ActiveState,NRestarts"

// show describes a service in the words of org.freedesktop.systemd1(5).
func (m *instance) show(arguments []string) (string, error) {
	if len(arguments) != 2 || arguments[0] != shown {
		return "", fmt.Errorf("systemctl show %s: give %s and a unit", strings.Join(arguments, " "), shown)
	}
	state, restarts := "inactive", 0
	if s := m.service(unitName(arguments[1])); s != nil {
		state, restarts = s.state()
	}
	return fmt.Sprintf("ActiveState=%s\nNRestarts=%d\n", state, restarts), nil
}

func onlyIf(wanted bool, do func() error) error {
	if !wanted {
		return nil
	}
	return do()
}

func (m *instance) enable(name string) error {
	unit, err := m.readUnit(name)
	if err != nil {
		return err
	}
	if len(unit.Unheeded) > 0 {
		fmt.Fprintf(m.log, "%s: on one machine these change nothing, see docs/bundle.md: %s\n", name, strings.Join(unit.Unheeded, ", "))
	}
	wants := filepath.Join(m.root, enabledDir)
	if err := os.MkdirAll(wants, 0o755); err != nil {
		return err
	}
	err = os.Symlink("../"+name, filepath.Join(wants, name))
	if errors.Is(err, os.ErrExist) {
		return nil
	}
	return err
}

func (m *instance) readUnit(name string) (Unit, error) {
	dropIns, err := filepath.Glob(filepath.Join(m.root, unitsDir, name+".d", "*.conf"))
	if err != nil {
		return Unit{}, err
	}
	var files []io.Reader
	for _, path := range append([]string{filepath.Join(m.root, unitsDir, name)}, dropIns...) {
		file, err := os.Open(path)
		if err != nil {
			return Unit{}, fmt.Errorf("unit not found: install it as /%s/%s", unitsDir, name)
		}
		defer file.Close()
		files = append(files, file)
	}
	return ParseUnit(name, files...)
}

func (m *instance) start(name string) error {
	unit, err := m.readUnit(name)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.life.Err() != nil {
		return m.life.Err()
	}
	former := m.services[name]
	if former != nil && former.runs() {
		return nil
	}
	for _, condition := range unit.Conditions {
		if !exists(filepath.Join(m.root, condition)) {
			return nil // as in systemd, an unmet condition is not a failure
		}
	}
	if former != nil {
		former.kill() // it may be about to restart
	}
	limit := m.limits[name]
	if limit == nil {
		limit = &startLimit{}
		m.limits[name] = limit
	}
	limit.burst, limit.interval = unit.StartLimit.burst, unit.StartLimit.interval
	if !limit.allows(time.Now()) {
		return limit.reached()
	}
	s := &service{kind: m.kind, name: name, unit: unit, limit: limit, root: m.root, environment: m.environment(), log: m.log}
	m.services[name] = s
	return s.start(m.life)
}

func (m *instance) stop(name string) error {
	m.mu.Lock()
	s := m.services[name]
	delete(m.services, name)
	m.mu.Unlock()
	if s != nil {
		s.stop()
	}
	return nil
}

func (m *instance) service(name string) *service {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.services[name]
}

// startEnabled starts what an install script enabled, as a boot does. What user data has started
// keeps running.
func (m *instance) startEnabled() {
	entries, err := os.ReadDir(filepath.Join(m.root, enabledDir))
	if err != nil && !errors.Is(err, os.ErrNotExist) {
		fmt.Fprintf(m.log, "enabled units: %v\n", err)
	}
	for _, entry := range entries {
		if err := m.start(entry.Name()); err != nil {
			fmt.Fprintf(m.log, "%s does not start: %v\n", entry.Name(), err)
		}
	}
}

func (m *instance) stopServices() { m.endServices((*service).stop) }
func (m *instance) killServices() { m.endServices((*service).kill) }

func (m *instance) endServices(end func(*service)) {
	m.mu.Lock()
	services := slices.Collect(maps.Values(m.services))
	m.mu.Unlock()
	var ending sync.WaitGroup
	for _, s := range services {
		ending.Go(func() { end(s) })
	}
	ending.Wait()
}
