package local

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"photogallery/internal/localcloud/ec2"
	"photogallery/internal/stack"
	"photogallery/lambdas/step"
	"photogallery/release"
)

func TestBundlesThatNoReleaseCanAskForAreDeleted(t *testing.T) {
	data := t.TempDir()
	folder := filepath.Join(data, "bundles")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"own", "last", "imaged", "served", "failed", "old", "older"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	of := func(name string) release.Bundle {
		return release.Bundle{Bucket: "photogallery-main", Key: "bundles/" + name, SHA256: strings.Repeat("0", 64)}
	}
	l := &Local{options: Options{Data: data}, stack: &stack.Stack{Settings: step.Settings{DefaultBundle: of("own").URL()}}}
	image := keptImage{KeptImage: ec2.KeptImage{Tags: map[string]string{release.TagBundle: of("imaged").URL()}}}
	history := release.History{{Name: "r2", Bundle: of("failed")}, {Name: "r1", Bundle: of("served"), Served: true}}
	if err := l.pruneBundles(kept{Current: release.Current{Bundle: of("last")}, Images: []keptImage{image, {}}, History: history}); err != nil {
		t.Fatal(err)
	}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, entry := range entries {
		left = append(left, entry.Name())
	}
	if !slices.Equal(left, []string{"imaged", "last", "own", "served"}) {
		t.Errorf("%v are left", left)
	}
}
