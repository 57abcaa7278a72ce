package process

import (
	"path/filepath"
	"slices"

	"photogallery/release"
)

// Shell is where and with which variables a person's shell on an instance starts.
type Shell struct {
	Folder      string
	Environment []string // NAME=value
}

// Shell returns the folder of an instance's app and the environment of its service. The secrets are
// not among the variables, which every program of a shell inherits and `env` prints: the service's
// credentials are files. Its error is StillInUse while the service has not started.
func (k *Kind) Shell(instanceID string) (Shell, error) {
	m := k.machine(instanceID)
	if m == nil {
		return Shell{}, release.Errorf(release.NotFound, "there is no instance %q: `gallery status` lists them", instanceID)
	}
	s := m.service(serviceName)
	if s == nil {
		return Shell{}, release.Errorf(release.StillInUse, "instance %s has not started its service: `gallery logs %s` shows what it does", instanceID, instanceID)
	}
	files := slices.DeleteFunc(slices.Clone(s.unit.EnvironmentFiles), func(f environmentFile) bool { return f.path == "/"+secretsFile })
	environment, err := s.environ(files)
	return Shell{filepath.Join(m.root, installDir), environment}, err
}
