package recipe_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"photogallery/gallery-ami/recipe"
)

func TestABuildersUserDataIsReadBack(t *testing.T) {
	in := recipe.BuilderInput{Bucket: "bundles", Key: "a/b's.tar.gz", SHA256: "0f", Region: "us-east-1", Release: "it's 1"}
	userData, err := recipe.BuilderUserData(in)
	if err != nil {
		t.Fatal(err)
	}
	got, err := recipe.ReadBuilder(userData)
	if err != nil || got != in {
		t.Errorf("got %+v, %v; want %+v", got, err, in)
	}
	if _, err := recipe.ReadBuilder("#!/bin/bash\n"); err == nil {
		t.Error("a script without a bundle was read")
	}
}

func TestAFleetInstancesSettingsAreReadBack(t *testing.T) {
	userData, err := recipe.FleetUserData(recipe.FleetInput{Release: `odd "$name\`, Bucket: "photos", Region: "us-east-1"})
	if err != nil {
		t.Fatal(err)
	}
	got, err := recipe.ReadSettings(userData)
	want := map[string]string{
		"HOST": "0.0.0.0", "PORT": "80", "RELEASE": `odd "$name\`, "SAMPLES": "1",
		"PHOTOS": "s3://photos?region=us-east-1&prefix=gallery/",
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	if _, err := recipe.ReadSettings("#!/bin/bash\n"); err == nil {
		t.Error("a script without settings was read")
	}
}
