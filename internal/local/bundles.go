package local

import (
	"errors"
	"path/filepath"

	"photogallery/release"
)

// pruneBundles deletes the bundles that no release can use any more: all except the deployment's
// own, the last released one, those of images and those of the releases that a rollback returns to. A
// bundle of the gallery is as large as the program. It must be called before any release starts.
func (l *Local) pruneBundles(former kept) error {
	wanted := map[string]bool{}
	keep := func(bundle release.Bundle) { wanted[l.file(bundle)] = true }
	keep(former.Current.Bundle)
	for _, entry := range former.History.Kept() {
		keep(entry.Bundle)
	}
	for _, url := range append(bundlesOf(former.Images), l.stack.Settings.DefaultBundle) {
		if bundle, err := release.ParseBundle(url); err == nil {
			keep(bundle)
		}
	}
	paths, err := filepath.Glob(filepath.Join(l.options.Data, "bundles", "*"))
	for _, path := range paths {
		if !wanted[path] {
			err = errors.Join(err, removed(path))
		}
	}
	return err
}

func (l *Local) file(bundle release.Bundle) string {
	return filepath.Join(l.options.Data, filepath.FromSlash(bundle.Key))
}

func bundlesOf(images []keptImage) (urls []string) {
	for _, image := range images {
		urls = append(urls, image.Tags[release.TagBundle])
	}
	return urls
}
