package process

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

// stamp is the layout of the time at the beginning of each line of a log. Its texts sort by time.
const stamp = "2006-01-02T15:04:05.000Z"

// instanceLog writes an instance's log. Each line gets the time at which it began.
type instanceLog struct {
	file *os.File

	mu     sync.Mutex
	within bool // a line that has not ended
}

// Write writes all lines at once, so that they stay whole beside those of others. It never fails: on
// a full disk lines are lost, where an error would close the pipe that the service writes to.
func (l *instanceLog) Write(text []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var stamped []byte
	now := time.Now().UTC().Format(stamp) + " "
	for line := range strings.Lines(string(text)) {
		if !l.within {
			stamped = append(stamped, now...)
		}
		stamped = append(stamped, line...)
		l.within = !strings.HasSuffix(line, "\n")
	}
	_, _ = l.file.Write(stamped)
	return len(text), nil
}

// content returns what was written, without the times.
func (l *instanceLog) content() (string, error) {
	stamped, err := os.ReadFile(l.file.Name())
	var all strings.Builder
	for line := range strings.Lines(string(stamped)) {
		_, text := ReadLine(line)
		all.WriteString(text)
	}
	return all.String(), err
}

// ReadLine returns the time of a log's line, and its text. The time is zero for a line without one,
// as an earlier version wrote them.
func ReadLine(line string) (time.Time, string) {
	before, text, _ := strings.Cut(line, " ")
	at, err := time.Parse(stamp, before)
	if err != nil {
		return time.Time{}, line
	}
	return at, text
}

// boots matches the first line of a log, which names the instance's release.
var boots = regexp.MustCompile(`^(?:builder|runner|fleet) instance of release (.*) boots\n$`)

func (m *instance) announce() {
	fmt.Fprintf(m.log, "%s instance of release %s boots\n", m.spec.Role, m.release())
}

// release returns the release that the user data names, or "" if it names none.
func (m *instance) release() string {
	if m.spec.Image == nil {
		task, _ := m.kind.options.Recipe.Build(m.spec.UserData) // the build reports the error
		return task.Release
	}
	settings, _ := m.kind.options.Recipe.Settings(m.spec.UserData) // and so does the boot
	return settings["RELEASE"]
}

// LogsOf lists the instances of a release that have a log, also those that are gone.
func (k *Kind) LogsOf(release string) (instances []string, err error) {
	files, err := filepath.Glob(filepath.Join(k.logsDir(), "*.log"))
	for _, file := range files {
		first, failed := firstLine(file)
		if failed != nil && !errors.Is(failed, fs.ErrNotExist) {
			err = errors.Join(err, failed)
		}
		if found := boots.FindStringSubmatch(first); found != nil && found[1] == release {
			instances = append(instances, strings.TrimSuffix(filepath.Base(file), ".log"))
		}
	}
	slices.Sort(instances)
	return instances, err
}

func firstLine(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	line, _ := bufio.NewReader(file).ReadString('\n') // an incomplete one is none
	_, text := ReadLine(line)
	return text, nil
}
