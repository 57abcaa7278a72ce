package local

import (
	"cmp"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/gofrs/flock"

	"photogallery/internal/local/control"
	"photogallery/release"
)

// folder is the data folder, which this process has locked.
type folder struct {
	path string
	made bool // by this process
	lock *flock.Flock
}

func takeFolder(path string) (*folder, error) {
	if err := control.CheckPrivate(path); err != nil {
		return nil, err
	}
	_, err := os.Stat(path)
	f := &folder{path, errors.Is(err, fs.ErrNotExist), flock.New(filepath.Join(path, "lock"))}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, release.Errorf(release.InvalidRequest, "the data folder %s cannot be made (%w): name another with --data", path, err)
	}
	if err := control.CheckPrivate(path); err != nil { // another user may have made it in /tmp since
		return nil, err
	}
	taken, err := f.lock.TryLock()
	if err != nil {
		return nil, fmt.Errorf("lock the data folder %s: %w", path, err)
	}
	if !taken {
		return nil, release.Errorf(release.StillInUse, "another `gallery up` is up on %s%s: use it, end it, or name another folder with --data", path, whose(path))
	}
	if err := f.close(); err != nil {
		return nil, errors.Join(err, f.lock.Unlock())
	}
	return f, nil
}

// close makes the files of a former cloud private, which may be older than this rule, and refuses
// those of another user.
func (f *folder) close() error {
	for _, name := range []string{control.PhotosFolder, "images", "bundles", "settings", "secrets", "runs", "upload-key", "logs", "machines", control.UploadKeyFile, keptFile} {
		path := filepath.Join(f.path, name)
		failed := makePrivate(path)
		if err := cmp.Or(control.CheckPrivate(path), failed); err != nil {
			return err
		}
	}
	return nil
}

func whose(path string) string {
	found, err := control.Find(path)
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (process %d, %s)", found.PID, found.Gallery)
}

// announce writes the key, then the endpoint, for the other commands.
func (f *folder) announce(where control.Endpoint) error {
	if err := writeFile(filepath.Join(f.path, control.KeyFile), []byte(where.Key+"\n")); err != nil {
		return err
	}
	return writeJSON(filepath.Join(f.path, control.EndpointFile), where)
}

func (f *folder) release() error {
	var err error
	for _, name := range []string{control.EndpointFile, control.KeyFile, control.OpenFile} {
		err = errors.Join(err, removed(filepath.Join(f.path, name)))
	}
	return errors.Join(err, f.lock.Unlock())
}

// uploadKey makes the key once and returns its file.
func uploadKey(data string) (path string, err error) {
	path = filepath.Join(data, control.UploadKeyFile)
	secret := make([]byte, 24)
	rand.Read(secret)
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if errors.Is(err, fs.ErrExist) {
		return path, nil
	}
	if err != nil {
		return "", err
	}
	_, err = file.WriteString(base64.RawURLEncoding.EncodeToString(secret) + "\n")
	return path, errors.Join(err, file.Close())
}

// writeJSON is writeFile for JSON.
func writeJSON(path string, content any) error {
	encoded, err := json.MarshalIndent(content, "", "  ")
	if err != nil {
		return err
	}
	return writeFile(path, append(encoded, '\n'))
}

// writeFile writes a file that only its owner can read. The file appears when it is complete.
func writeFile(path string, content []byte) error {
	partial := path + ".partial"
	err := removed(partial) // it would keep its mode
	if err == nil {
		err = writeSynced(partial, content)
	}
	if err == nil {
		err = os.Rename(partial, path)
	}
	if err != nil {
		return errors.Join(err, removed(partial))
	}
	return nil
}

// writeSynced returns when the content is on the disk.
func writeSynced(path string, content []byte) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o600)
	if err != nil {
		return err
	}
	_, err = file.Write(content)
	return errors.Join(err, file.Sync(), file.Close())
}

// removed removes a file if it exists.
func removed(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}
