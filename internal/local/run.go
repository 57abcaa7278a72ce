package local

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"

	"photogallery/internal/local/control"
	"photogallery/release"
)

// runName matches the names that `gallery run` gives, which become folders.
var runName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9-]{0,79}$`)

func (l *Local) storeCommand(r *http.Request) (any, error) {
	var command control.Command
	if err := json.NewDecoder(r.Body).Decode(&command); err != nil {
		return nil, release.Errorf(release.InvalidRequest, "the command is unreadable: send it as `gallery run` does")
	}
	name, err := runOf(r)
	if err != nil {
		return nil, err
	}
	return struct{}{}, l.configurer().StoreCommand(r.Context(), name, command.Script)
}

func (l *Local) takeRun(r *http.Request) (any, error) {
	name, err := runOf(r)
	if err != nil {
		return nil, err
	}
	return l.configurer().TakeRun(r.Context(), name)
}

func runOf(r *http.Request) (string, error) {
	name := r.PathValue("name")
	if !runName.MatchString(name) {
		return "", release.Errorf(release.InvalidRequest, "run %q: give letters, digits and dashes, at most 80", name)
	}
	return name, nil
}

// removeRuns removes what a killed `gallery run` has left: commands may hold secrets.
func removeRuns(data string) error {
	return os.RemoveAll(filepath.Join(data, filepath.FromSlash(release.RunsPrefix)))
}
