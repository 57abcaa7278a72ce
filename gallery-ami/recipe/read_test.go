package recipe_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"photogallery/gallery-ami/recipe"
)

func TestBuilderUserDataReadsBack(t *testing.T) {
	in := recipe.BuilderInput{Bucket: "bundles", Key: "a/b's.tar.gz", SHA256: "0f", Region: "us-east-1", Release: "it's 1", Source: "photogallery-main.builder", HealthPath: "/healthz?a=b", StartSeconds: "90"}
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

func TestFleetUserDataReadsBack(t *testing.T) {
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

// What a builder is told comes back as it was, or is refused before it is told.
func FuzzBuilderUserData(f *testing.F) {
	f.Add("bundles", "a/b's.tar.gz", "0f", "us-east-1", "it's 1")
	f.Add("b", "'", "''", `\`, "$(x)`y`\"=")
	f.Add("b", "k\nsha256='0'", "s", "r", "'\\''")
	f.Fuzz(func(t *testing.T, bucket, key, sha, region, release string) {
		in := recipe.BuilderInput{Bucket: bucket, Key: key, SHA256: sha, Region: region, Release: release}
		userData, err := recipe.BuilderUserData(in)
		if err != nil {
			return
		}
		got, err := recipe.ReadBuilder(userData)
		if incomplete := bucket == "" || key == "" || sha == "" || release == ""; incomplete != (err != nil) {
			t.Fatalf("got %v for %+v", err, in)
		}
		if err == nil && got != in {
			t.Errorf("%+v came back as %+v", in, got)
		}
	})
}

func FuzzFleetUserData(f *testing.F) {
	f.Add(`odd "$name\`, "photos", "us-east-1")
	f.Add("`x`", "SETTINGS", `\\"`)
	f.Add(`\$`, "a b=c", `"`)
	f.Fuzz(func(t *testing.T, release, bucket, region string) {
		userData, err := recipe.FleetUserData(recipe.FleetInput{Release: release, Bucket: bucket, Region: region})
		if err != nil {
			return
		}
		got, err := recipe.ReadSettings(userData)
		if want := "s3://" + bucket + "?region=" + region + "&prefix=" + recipe.PhotosPrefix; err != nil || got["RELEASE"] != release || got["PHOTOS"] != want || len(got) != 5 {
			t.Errorf("%q and %q came back as %+v, %v", release, want, got, err)
		}
	})
}
