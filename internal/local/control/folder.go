package control

import (
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"

	"photogallery/release"
)

// DefaultData returns the default data folder of `gallery up`, below $XDG_DATA_HOME or the system's
// folder for user data.
func DefaultData() (string, error) {
	if base := os.Getenv("XDG_DATA_HOME"); filepath.IsAbs(base) {
		return filepath.Join(base, release.Prefix), nil
	}
	if runtime.GOOS == "darwin" || runtime.GOOS == "windows" {
		base, err := os.UserConfigDir()
		return filepath.Join(base, release.Prefix), nameIt(err)
	}
	home, err := os.UserHomeDir()
	return filepath.Join(home, ".local", "share", release.Prefix), nameIt(err)
}

// nameIt is the remedy if the user's data folder is unknown.
func nameIt(err error) error {
	if err == nil {
		return nil
	}
	return release.Errorf(release.InvalidRequest, "your data folder is unknown (%w): name a folder with --data", err)
}

// Find reads the endpoint of the local cloud on a data folder. The error is NothingUp if there is
// none, and InvalidRequest if other users can change the folder; see CheckPrivate.
func Find(data string) (Endpoint, error) {
	if err := CheckPrivate(data); err != nil {
		return Endpoint{}, err
	}
	content, err := os.ReadFile(filepath.Join(data, EndpointFile))
	if errors.Is(err, fs.ErrNotExist) {
		return Endpoint{}, nothingUp(data)
	}
	if errors.Is(err, syscall.ENOTDIR) {
		return Endpoint{}, release.Errorf(release.InvalidRequest, "the data folder %s is a file, or lies below one: name a folder with --data", data)
	}
	if errors.Is(err, fs.ErrPermission) {
		return Endpoint{}, release.Errorf(release.AccessDenied, "the data folder %s is another user's (%w): name one of your own with --data", data, err)
	}
	if err != nil {
		return Endpoint{}, err
	}
	var found Endpoint
	if err := json.Unmarshal(content, &found); err != nil {
		return Endpoint{}, release.Errorf(release.NothingUp, "%s is unreadable: %w; start `gallery up` again", filepath.Join(data, EndpointFile), err)
	}
	key, err := os.ReadFile(filepath.Join(data, KeyFile))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Endpoint{}, err
	}
	if found.Key = strings.TrimSpace(string(key)); found.Key == "" {
		found.Key = "none" // the SDK refuses an empty key
	}
	return found, nil
}

func nothingUp(data string) error {
	return release.Errorf(release.NothingUp, "nothing is up on %s: start it with `gallery up`, or name another folder with --data", data)
}
