//go:build boot

package boot

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"photogallery/conformance/emulator"
)

// lesson has a builder for the lesson's bundle, whose packages come from a folder of wheels: nothing here reaches PyPI.
func (s *story) lesson(ctx context.Context) error {
	folder, err := withWheels(ctx, s.TempDir())
	if err != nil {
		return err
	}
	m, err := s.builds(ctx, lessonID, folder)
	if err != nil {
		return err
	}
	defer m.end()
	events := s.cloud.events(lessonID)
	answered := false
	if len(events) == 1 {
		result, err := events[0].result()
		answered = err == nil && result.Status == "success"
	}
	s.check(flask, answered, "it reports %+v, and the build says\n%s", events, s.asks(m, "cat /run/photogallery/build.log"))
	return nil
}

// withWheels copies the lesson to the folder, and has its requirements name wheels beside them.
func withWheels(ctx context.Context, folder string) (string, error) {
	root, err := emulator.Root()
	if err != nil {
		return "", err
	}
	if err := os.CopyFS(folder, os.DirFS(filepath.Join(root, "examples/lesson"))); err != nil {
		return "", err
	}
	requirements := filepath.Join(folder, "requirements.txt")
	download := exec.CommandContext(ctx, filepath.Join(root, "conformance/.venv/bin/pip"), "download", "--quiet", "--disable-pip-version-check", //nolint:gosec // our own
		"--only-binary=:all:", "--python-version", pythonOfDisk, "--platform", "manylinux2014_x86_64", "--requirement", requirements, "--dest", filepath.Join(folder, "wheels"))
	if said, err := download.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, said)
	}
	wanted, err := os.ReadFile(requirements)
	if err != nil {
		return "", err
	}
	return folder, os.WriteFile(requirements, append([]byte("--no-index\n--find-links wheels\n"), wanted...), 0o600)
}

// pythonOfDisk is the version of Debian 12.
const pythonOfDisk = "3.11"
