package main

import (
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"photogallery/gallery-ami/recipe"
	"photogallery/internal/local/process"
	"photogallery/internal/systemd"
	"photogallery/release"
)

// packFolder packs a user's folder. It checks the unit before a builder does: the local cloud's
// systemctl supports fewer directives than systemd.
func packFolder(_ context.Context, folder string, to io.Writer) (release.Needs, error) {
	name, text, err := unitOf(folder)
	if err != nil {
		return release.Needs{}, err
	}
	var known []string
	if name != "" {
		_, err = process.ParseUnit(name, strings.NewReader(text))
	}
	var refused *release.Error
	switch {
	case errors.As(err, &refused):
		known = append(known, refused.Message)
	case err != nil:
		return release.Needs{}, err
	}
	needs, problems := needsOf(name, text)
	return needs, pack(folder, to, append(known, problems...)...)
}

// packForAWS packs a user's folder whose unit systemd reads.
func packForAWS(folder string, to io.Writer) (release.Needs, error) {
	name, text, err := unitOf(folder)
	if err != nil {
		return release.Needs{}, err
	}
	needs, problems := needsOf(name, text)
	return needs, pack(folder, to, problems...)
}

// pack writes a folder's bundle if it has no known problems, which it reports together with Pack's.
func pack(folder string, to io.Writer, known ...string) error {
	if len(known) > 0 {
		to = io.Discard
	}
	err := recipe.Pack(folder, to)
	var unfit *recipe.BundleError
	switch {
	case errors.As(err, &unfit):
	case err != nil || len(known) == 0:
		return err
	default:
		unfit = &recipe.BundleError{Folder: folder}
	}
	unfit.Problems = append(unfit.Problems, known...)
	return release.Errorf(release.InvalidRequest, "%w; docs/bundle.md says what a bundle is", unfit)
}

// unitOf returns the name and the text of the folder's unit, or "" for a folder without exactly one,
// because Pack reports that.
func unitOf(folder string) (name, text string, err error) {
	units := recipe.Units(folder)
	if len(units) != 1 {
		return "", "", nil
	}
	content, err := os.ReadFile(filepath.Join(folder, units[0]))
	return units[0], string(content), err
}

// needsSection is the section of a unit for what its app needs. systemd skips it.
const needsSection = "X-Photogallery"

// needsOf returns what the app of a unit needs, and all that is wrong with how it says so.
func needsOf(name, text string) (needs release.Needs, problems []string) {
	path, start := needs.Health(), needs.Start()
	for _, option := range systemd.ReadExtension(text, needsSection) {
		var err error
		switch option.Name {
		case "HealthPath":
			path = option.Value
		case "StartupTime":
			start, err = systemd.Time(option.Value)
		default:
			err = errors.New("there is no such line; the section has HealthPath and StartupTime")
		}
		if err != nil {
			problems = append(problems, "unit "+name+": "+option.String()+": "+err.Error())
			start = max(start, time.Second) // the problem is told
		}
	}
	needs, err := release.NewNeeds(path, start)
	var unfit release.Problems
	if errors.As(err, &unfit) {
		for _, problem := range unfit {
			problems = append(problems, "unit "+name+": ["+needsSection+"] "+problem.Field+": "+problem.Message)
		}
	}
	return needs, problems
}
