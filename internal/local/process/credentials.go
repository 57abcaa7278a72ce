package process

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// credential is a file that only its service can read, by a name of its own.
// https://www.freedesktop.org/software/systemd/man/252/systemd.exec.html#LoadCredential=ID:PATH
type credential struct{ name, path string }

var credentialName = regexp.MustCompile(`^[A-Za-z0-9_.-]{1,255}$`)

func readCredential(u *Unit, value string) error {
	if value == "" {
		u.Credentials = nil
		return nil
	}
	name, path, hasPath := strings.Cut(value, ":")
	if !credentialName.MatchString(name) || name == "." || name == ".." || !hasPath {
		return errors.New("give a name of letters, digits, _, - and dots, a colon and an absolute path")
	}
	u.Credentials = append(u.Credentials, credential{name, path})
	return mustBePath(path)
}

func (s *service) credentialsFolder() string {
	return filepath.Join(s.root, "run", "credentials", s.name)
}

// makeCredentials copies the credentials into a folder of the service, which has no other.
func (s *service) makeCredentials() error {
	folder := s.credentialsFolder()
	if err := os.RemoveAll(folder); err != nil || len(s.unit.Credentials) == 0 {
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	for _, credential := range s.unit.Credentials {
		content, err := os.ReadFile(filepath.Join(s.root, credential.path))
		if err != nil {
			return fmt.Errorf("LoadCredential=%s:%s: %w", credential.name, credential.path, err)
		}
		if err := os.WriteFile(filepath.Join(folder, credential.name), content, 0o400); err != nil {
			return err
		}
	}
	return nil
}

// credentialsVariable returns the environment variable with the folder, if there is one.
func (s *service) credentialsVariable() []string {
	if len(s.unit.Credentials) == 0 {
		return nil
	}
	return []string{"CREDENTIALS_DIRECTORY=" + s.credentialsFolder()}
}
