package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// hashes is the file of the hashes of a bundle's files, outside the folder that becomes the image.
func (m *instance) hashes() string {
	return filepath.Join(m.kind.scratch, m.spec.InstanceID+".sha256")
}

// keepSBOM stores the software bill of materials of the image that this machine becomes. The image is
// as good without it.
func (m *instance) keepSBOM(task Build) error {
	files := filepath.Join(m.kind.scratch, m.spec.InstanceID)
	script, text := files+".py", files+".json"
	defer func() { _ = errors.Join(os.Remove(script), os.Remove(text), os.Remove(m.hashes())) }() // or they go with their folder
	if err := os.WriteFile(script, m.kind.options.Recipe.SBOM(), 0o600); err != nil {
		return err
	}
	err := m.kind.runCommand(m.life, command{
		words:  []string{"bash", "-c", `exec python3 "$@" >"$0"`, text, script, task.Release, m.hashes(), filepath.Join(m.root, "opt", "photogallery")},
		folder: m.root, output: m.log, environment: []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8"}, grace: buildGrace,
	})
	if err != nil {
		return fmt.Errorf("python3: %w", err)
	}
	content, err := os.ReadFile(text)
	if err != nil {
		return err
	}
	return m.kind.options.Store(task.SBOMBucket, task.SBOMKey, content)
}
