package environment

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"photogallery/release"
)

// Wish is a person's wish to go back to a former release.
type Wish struct {
	Release  string           // its name, or "" for the one before the serving one
	By       string           // the person
	Strategy release.Strategy // "" for the usual one
}

// Find returns the release to go back to, and the input that releases it again. Its error is Former's.
func (w Wish) Find(history []Past) (former Past, input string, err error) {
	if former, err = Former(history, w.Release); err != nil {
		return Past{}, "", err
	}
	input, err = former.request(w)
	return former, input, err
}

// Former returns the release to go back to: the one of that name or, for "", the last one before the
// serving release that was something else. Its error is NotFound or InvalidRequest, and says what is
// possible instead.
func Former(history []Past, name string) (Past, error) {
	if name == "" {
		return before(history)
	}
	at := slices.IndexFunc(history, func(p Past) bool { return p.Kind == release.ReleaseEntry && p.Name == name })
	switch {
	case at < 0:
		return Past{}, release.Errorf(release.NotFound, "the history has no release %q: %s", name, possible(history))
	case history[at].Again == "":
		return Past{}, release.Errorf(release.InvalidRequest, "release %s cannot be released again, because %s: %s", name, history[at].Why, possible(history))
	}
	return history[at], nil
}

func before(history []Past) (Past, error) {
	at := slices.IndexFunc(history, func(p Past) bool { return p.Serves })
	if at < 0 {
		return Past{}, release.Errorf(release.InvalidRequest, "no release serves, so that there is none before it: `gallery release` releases again what was released last, and a name says which other one; %s", possible(history))
	}
	for _, p := range history[at+1:] {
		if !p.Served || p.isSame(history[at]) {
			continue
		}
		if p.Again == "" {
			return Past{}, release.Errorf(release.InvalidRequest, "release %s served before %s and cannot be released again, because %s: %s", p.Name, history[at].Name, p.Why, possible(history))
		}
		return p, nil
	}
	return Past{}, release.Errorf(release.InvalidRequest, "the history has no release before %s that was something else: `gallery release --bundle FOLDER` releases another one", history[at].Name)
}

// isSame reports whether visitors would see the same, as after a release that changed the sizes alone.
func (p Past) isSame(as Past) bool {
	return p.Image == as.Image && p.Settings == as.Settings
}

// possible lists the releases that can be released again, for people.
func possible(history []Past) string {
	var names []string
	for _, p := range history {
		if p.Again != "" {
			names = append(names, p.Name)
		}
	}
	if len(names) == 0 {
		return "no former release can be, now; `gallery history` shows them all"
	}
	return "choose one of " + strings.Join(names[:min(len(names), release.Releasable)], ", ") + "; `gallery history` shows them all"
}

// request returns the input that releases it again.
func (p Past) request(by Wish) (input string, err error) {
	request := release.Request{Version: p.Version, By: by.By, Commit: p.Commit, Strategy: by.Strategy, Settings: cmp.Or(p.Settings, release.NoSettings)}
	if p.Again == FromImage {
		request.Image = p.Image
	} else {
		request.Bundle = p.Bundle.URL()
	}
	encoded, err := json.Marshal(request)
	return string(encoded), err
}

// Plan says in a sentence what releasing it again does, and about how long it takes.
func (p Past) Plan() string {
	what := "Release " + p.Name + " (version " + p.Version + ") is released again "
	if p.Again == FromImage {
		return what + "from its image " + p.Image + ", so that nothing is baked."
	}
	return what + "from its bundle, because its image is gone: the bake comes first, and takes some minutes."
}
