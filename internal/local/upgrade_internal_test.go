package local

import (
	"bytes"
	"encoding/json"
	"os"
	"testing"
)

// The file is what the last version left. A new field of it has a new version's file beside it, and both are read.
func TestFolderOfTheLastVersionIsReadWhole(t *testing.T) {
	const path = "testdata/cloud-v0.1.0.json"
	former, err := readKept(path)
	if err != nil {
		t.Fatal(err)
	}
	was, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	is, err := json.Marshal(former)
	if err != nil {
		t.Fatal(err)
	}
	for _, value := range []any{"release-20261128-120000-000", "2.0", "ami-0a1b2c3d4e5f60718", "i-0a1b2c3d4e5f60718.tar.zst", 7340032, "2026-11-28T12:01:00Z"} {
		encoded, err := json.Marshal(value)
		if err != nil {
			t.Fatal(err)
		}
		if bytes.Count(is, encoded) != bytes.Count(was, encoded) {
			t.Errorf("%s is lost: %s", encoded, is)
		}
	}
	if images := (&Local{}).recordedImages(former); len(images) != 1 || images[0].Archive == "" || images[0].Bytes == 0 {
		t.Errorf("the images are %+v", images)
	}
}
