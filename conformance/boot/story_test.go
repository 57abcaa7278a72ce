//go:build boot

package boot

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"photogallery/conformance/emulator"
	"photogallery/gallery-ami/recipe"
)

const (
	builderID = "i-0b000000000000001"
	failingID = "i-0b000000000000002"
	lessonID  = "i-0b000000000000003"
	fleetID   = "i-0f00000000000000"
	builtFor  = "release-of-the-build"
	servedFor = "release-that-serves"
)

// story is one way from a builder to a fleet, by the shipped scripts with the faults planted in them.
type story struct {
	*testing.T
	disks  disks
	cloud  *cloud
	faults []fault
	mu     sync.Mutex
	judged map[string]bool
	found  map[string]string // what is wrong, by the check
	took   []timing
	marks  [2]marks
	own    map[int]bool // whether the fleet was given its own settings
}

// timing is how long something took.
type timing struct {
	what    string
	seconds float64
}

// check notes what is wrong, unless it holds.
func (s *story) check(name string, holds bool, format string, arguments ...any) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.judged[name] = true
	if !holds {
		s.found[name] = fmt.Sprintf(format, arguments...)
	}
}

func (s *story) time(what string, took time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.took = append(s.took, timing{what, took.Seconds()})
	s.Logf("%s: %.0f s", what, took.Seconds())
}

// tell blocks until all has happened. What keeps it from going on fails the test; what is wrong is in found.
func tell(t *testing.T, d disks, faults []fault) *story {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	s := &story{T: t, disks: d, faults: faults, judged: map[string]bool{}, found: map[string]string{}, own: map[int]bool{}}
	var err error
	if s.cloud, err = openCloud(ctx); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cancel()
		if err := s.cloud.Close(); err != nil {
			t.Error(err)
		}
	})
	bundle, err := s.gallery(ctx)
	if err != nil {
		t.Fatal(err)
	}
	disk := filepath.Join(t.TempDir(), "image.raw")
	if err := together(func() error { return s.build(ctx, disk, bundle) }, func() error { return errors.Join(s.fail(ctx), s.lesson(ctx)) }); err != nil {
		t.Fatal(err)
	}
	if err := together(func() error { return s.first(ctx, disk) }, func() error { return s.second(ctx, disk, bundle) }); err != nil {
		t.Fatal(err)
	}
	s.compare()
	return s
}

// together runs both at once.
func together(one, other func() error) error {
	failed := make(chan error, 1)
	go func() { failed <- one() }()
	err := other()
	return errors.Join(err, <-failed)
}

// boots starts a machine in a folder of its own.
func (s *story) boots(ctx context.Context, instance, userData, disk string, keep bool) (*machine, error) {
	return s.disks.boot(ctx, s.TempDir(), instance, plant(s.faults, userData), disk, strings.TrimPrefix(s.cloud.Endpoint(), "http://"), keep)
}

// asks runs a script in the machine. What it says when it fails is part of the answer.
func (s *story) asks(m *machine, script string) string {
	said, err := m.run(script)
	if err != nil {
		said += "\n" + err.Error()
	}
	return said
}

// build builds on a disk, which is the image when it returns: the builder is off.
func (s *story) build(ctx context.Context, disk string, bundle []byte) error {
	if said, err := exec.CommandContext(ctx, "cp", "--sparse=always", s.disks.path("root.img"), disk).CombinedOutput(); err != nil { //nolint:gosec // our own
		return fmt.Errorf("%w: %s", err, said)
	}
	s.cloud.willRefuse(builderID, 2)
	data, err := s.builderData(ctx, bundle)
	if err != nil {
		return err
	}
	m, err := s.boots(ctx, builderID, data, disk, true)
	if err != nil {
		return err
	}
	s.time("a builder, to its result", s.awaitResult(m))
	s.judgeBuild(m)
	s.asks(m, somebody)
	began := time.Now()
	if err := m.powerDown(ctx); err != nil {
		return err
	}
	s.time("a builder, from the power button to its end", time.Since(began))
	i, err := readImage(ctx, disk, s.TempDir())
	before, alsoErr := readImage(ctx, s.disks.path("root.img"), s.TempDir())
	if err := errors.Join(err, alsoErr); err != nil {
		return err
	}
	s.judgeImage(ctx, i, before, m)
	return nil
}

// somebody leaves the traces of a person who looks for a mistake in a builder.
const somebody = `echo 'aws configure' >~root/.bash_history; install -o ec2-user /dev/null /home/ec2-user/.bash_history
logger -t somebody was here; touch /var/tmp/left /tmp/left; ls /home/ec2-user/.ssh /etc/ssh`

func (s *story) builderData(ctx context.Context, bundle []byte) (string, error) {
	key, hash, err := s.cloud.put(ctx, bundle)
	if err != nil {
		return "", err
	}
	return recipe.BuilderUserData(recipe.BuilderInput{
		Bucket: bucket, Key: key, SHA256: hash, Region: emulator.Region, Release: builtFor, Source: environment.BuildSource(), LogGroup: logGroup,
	})
}

// gallery is the shipped bundle.
func (s *story) gallery(ctx context.Context) ([]byte, error) {
	program := filepath.Join(s.TempDir(), "photogallery")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-o", program, "photogallery/gallery-ami/app/cmd/photogallery") //nolint:gosec // our own
	build.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS=linux", "GOARCH=amd64")
	if said, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w: %s", err, said)
	}
	var bundle bytes.Buffer
	err := recipe.GalleryBundle(program, &bundle)
	return bundle.Bytes(), err
}

// awaitResult blocks until the build has ended, which its report is the last part of, and returns the time since power-on.
func (s *story) awaitResult(m *machine) time.Duration {
	s.asks(m, `for i in {1..600}; do
  [ ! -e /run/photogallery/build.log ] || systemctl --quiet is-active photogallery-build || break
  sleep 3
done`)
	return time.Since(m.started)
}

func (s *story) judgeBuild(m *machine) {
	events := s.cloud.events(m.instance)
	s.check(retried, len(events) == 1, "two attempts are refused, and %d events arrive", len(events))
	if len(events) == 1 {
		source, detailType, err := rulePattern()
		result, read := events[0].result()
		s.check(asRule, err == nil && read == nil && events[0].Source == source && events[0].DetailType == detailType &&
			result.Instance == m.instance && result.Release == builtFor && result.Status == "success",
			"the event is %+v; the rule wants %q, %q (%v, %v); the build says\n%s", events[0], source, detailType, err, read, s.asks(m, "cat /run/photogallery/build.log"))
	}
	scheduled := s.asks(m, "cat /run/systemd/shutdown/scheduled; date +%s%6N")
	var at, now int64
	mode := ""
	for line := range strings.Lines(scheduled) {
		_, _ = fmt.Sscanf(line, "USEC=%d", &at) // each line is one of these
		_, _ = fmt.Sscanf(line, "MODE=%s", &mode)
		_, _ = fmt.Sscanf(line, "%d", &now)
	}
	s.check(safetyNet, mode == "poweroff" && at > now && at-now <= 45*60_000_000, "systemd has this scheduled: %s", scheduled)
	log := s.cloud.log(m.instance + "/" + builtFor + "/build")
	s.check(buildLog, strings.Contains(log, "it answers after"), "the log has %q", log)
}

// fail has a builder whose bundle does not install.
func (s *story) fail(ctx context.Context) error {
	folder := s.TempDir()
	for name, content := range map[string]string{"install.sh": "echo there is no module named flask\nexit 7\n", "app.service": "[Service]\nExecStart=/bin/true\n"} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			return err
		}
	}
	m, err := s.builds(ctx, failingID, folder)
	if err != nil {
		return err
	}
	defer m.end()
	events := s.cloud.events(failingID)
	said := fmt.Sprintf("%+v", events)
	s.check(lastWords, len(events) == 1 && strings.Contains(said, "failure") && strings.Contains(said, "there is no module named flask") && strings.Contains(said, "status 7"),
		"it reports %s", said)
	return nil
}

// builds has a builder build the folder's bundle, and returns it when the build has ended.
func (s *story) builds(ctx context.Context, instance, folder string) (*machine, error) {
	var bundle bytes.Buffer
	if err := recipe.Pack(folder, &bundle); err != nil {
		return nil, err
	}
	data, err := s.builderData(ctx, bundle.Bytes())
	if err != nil {
		return nil, err
	}
	m, err := s.boots(ctx, instance, data, s.disks.path("root.img"), false)
	if err != nil {
		return nil, err
	}
	s.awaitResult(m)
	return m, nil
}

func (s *story) remember(i int, of marks) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.marks[i] = of
}

func (s *story) compare() {
	one, two := s.marks[0], s.marks[1]
	s.check(ownID, len(one.machine) == 32 && len(two.machine) == 32 && one.machine != two.machine, "they are %q and %q", one.machine, two.machine)
	s.check(ownKeys, strings.Contains(one.keys, "ssh-ed25519") && strings.Contains(two.keys, "ssh-ed25519") && one.keys != two.keys, "they are %q and %q", one.keys, two.keys)
	s.check(oneKey, len(one.upload) >= 32 && one.upload == two.upload, "they have %d and %d characters", len(one.upload), len(two.upload))
}
