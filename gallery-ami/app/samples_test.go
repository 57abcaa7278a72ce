package app

import (
	"bytes"
	"flag"
	"image/jpeg"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "make the samples' thumbnails anew")

func TestEverySampleHasItsThumbnail(t *testing.T) {
	photos, err := filepath.Glob("samples/*.jpg")
	if err != nil || len(photos) == 0 {
		t.Fatalf("%d samples, %v", len(photos), err)
	}
	for _, photo := range photos {
		wanted := thumbnailOfSample(t, photo)
		kept := filepath.Join("samples", "thumbs", filepath.Base(photo))
		if *update {
			if err := os.WriteFile(kept, wanted, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		content, err := os.ReadFile(kept)
		if err != nil {
			t.Fatal(err)
		}
		// Arithmetic differs between processors in its last digit, and the bytes with it.
		got, err := jpeg.DecodeConfig(bytes.NewReader(content))
		want, wantErr := jpeg.DecodeConfig(bytes.NewReader(wanted))
		if err != nil || wantErr != nil || got.Width != want.Width || got.Height != want.Height {
			t.Errorf("%s is %d × %d, not %d × %d (%v, %v): go generate makes it anew", kept, got.Width, got.Height, want.Width, want.Height, err, wantErr)
		}
	}
}

func thumbnailOfSample(t *testing.T, photo string) []byte {
	t.Helper()
	content, err := os.ReadFile(photo)
	if err != nil {
		t.Fatal(err)
	}
	decoded, err := jpeg.Decode(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	thumbnail, err := (&facts{}).thumbnailOf(decoded, (&facts{}).thumbnailSize(decoded.Bounds().Size()))
	if err != nil {
		t.Fatal(err)
	}
	return thumbnail
}
