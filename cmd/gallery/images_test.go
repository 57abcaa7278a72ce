package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"photogallery/internal/environment"
	"photogallery/release"
)

func TestImagesOfAStackAreCompared(t *testing.T) {
	a := onAmazon(t)
	a.on("release", "--name", "r1").wants(t, 0)
	a.on("release", "--name", "r2", "--rebake").wants(t, 0)
	a.keepSBOM("r1", "3.0.8")
	a.keepSBOM("r2", "3.0.9")
	newer, older := a.twoImages()

	written := a.on("images", older, "--sbom").wants(t, 0)
	if written.out != a.objects[a.Settings.Bucket+"/"+release.SBOMKey("r1")] {
		t.Errorf("it writes %q", written.out)
	}
	table := a.on("images", older, "--diff", newer).wants(t, 0, "PACKAGE", "openssl", "rpm", "3.0.8", "3.0.9")
	if strings.Contains(table.out, "bash") {
		t.Errorf("it lists what both have:\n%s", table.out)
	}
	var changes []environment.Change
	parse(t, a.on("images", newer, "--diff", older, "--json").wants(t, 0), &changes)
	if want := (environment.Change{Package: "openssl", Kind: "rpm", From: "3.0.9", To: "3.0.8"}); len(changes) != 1 || changes[0] != want {
		t.Errorf("got %+v", changes)
	}
	if same := a.on("images", newer, "--diff", newer).wants(t, 0, "the same packages"); same.out != "" {
		t.Errorf("it prints %q", same.out)
	}
	if none := a.on("images", newer, "--diff", newer, "--json").wants(t, 0); strings.TrimSpace(none.out) != "[]" {
		t.Errorf("it prints %q", none.out)
	}
}

func TestImagesRefusesWhatItCannotShow(t *testing.T) {
	a := onAmazon(t)
	a.on("release", "--name", "r1").wants(t, 0)
	a.on("release", "--name", "r2", "--rebake").wants(t, 0)
	a.keepSBOM("r1", "3.0.8")
	newer, older := a.twoImages()

	a.on("images", newer).wants(t, exitUsage, newer, "--sbom or --diff")
	a.on("images", "--sbom").wants(t, exitUsage, "give its ID")
	a.on("images", older, "--sbom", "--diff", newer).wants(t, exitUsage, "do not go together")
	a.on("images", "ami-00000000000000000", "--sbom").wants(t, 1, "ami-00000000000000000", "`gallery images --stack "+deployedStack+"`")
	a.on("images", older, "--diff", newer).wants(t, exitUsage, newer+" has no software bill of materials", "--rebake")
	a.objects[a.Settings.Bucket+"/"+release.SBOMKey("r2")] = `{"bomFormat": "SPDX"}`
	a.on("images", older, "--diff", newer).wants(t, 1, `"SPDX"`)
	a.refuse(s3Object, "AccessDenied")
	a.on("images", older, "--sbom").wants(t, exitNothingUp, "S3 GetObject", "permission")
}

// twoImages returns the IDs of the images of two releases.
func (a *amazon) twoImages() (newer, older string) {
	a.Helper()
	history := a.past()
	if len(history) != 2 || history[0].Image == "" || history[1].Image == "" || history[0].Image == history[1].Image {
		a.Fatalf("the history is %+v", history)
	}
	return history[0].Image, history[1].Image
}

// keepSBOM stores what the builder of a release would have written.
func (a *amazon) keepSBOM(of, openssl string) {
	a.Helper()
	packages := []map[string]string{}
	for name, version := range map[string]string{"openssl": openssl, "bash": "5.2"} {
		packages = append(packages, map[string]string{"type": "library", "name": name, "version": version, "purl": fmt.Sprintf("pkg:rpm/amzn/%s@%s", name, version)})
	}
	text, err := json.Marshal(map[string]any{"bomFormat": "CycloneDX", "components": packages})
	if err != nil {
		a.Fatal(err)
	}
	a.objects[a.Settings.Bucket+"/"+release.SBOMKey(of)] = string(text)
}
