package app

import (
	"bytes"
	"errors"
	"image"
	"image/png"
	"io"
	"net/http"
	"path/filepath"
	"testing"
	"testing/iotest"

	"gocloud.dev/blob/memblob"
)

func pixels(t *testing.T, width, height int) []byte {
	t.Helper()
	var content bytes.Buffer
	if err := png.Encode(&content, image.NewGray(image.Rect(0, 0, width, height))); err != nil {
		t.Fatal(err)
	}
	return content.Bytes()
}

func TestAlbumShowsThePhotosOfTheGallery(t *testing.T) {
	storage := "file://" + filepath.ToSlash(t.TempDir())
	album, err := OpenAlbum(t.Context(), Config{Storage: storage})
	if err != nil {
		t.Fatal(err)
	}
	defer album.Close()
	id, _, err := album.Add(t.Context(), "a.png", bytes.NewReader(pixels(t, 40, 30)))
	if err != nil {
		t.Fatal(err)
	}
	s := startServer(t, Config{Storage: storage})
	for _, path := range []string{"/photos/" + id + ".png", "/thumbs/" + id + ".jpg", "/view/" + id} {
		if got := ask(t, s, http.MethodGet, path, http.NoBody); got.Code != http.StatusOK {
			t.Errorf("%s: %d", path, got.Code)
		}
	}
}

func TestAlbumRefusesWhatAnUploadRefuses(t *testing.T) {
	bucket := memblob.OpenBucket(nil)
	defer bucket.Close()
	album, err := OpenAlbum(t.Context(), Config{Bucket: bucket, MaxUploadBytes: 1000, MaxPixels: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	broken := errors.New("the disk is gone")
	for name, test := range map[string]struct {
		file io.Reader
		want Code
	}{
		"text":            {bytes.NewReader([]byte("hello")), NotAnImage},
		"too many bytes":  {bytes.NewReader(make([]byte, 1001)), FileTooLarge},
		"too many pixels": {bytes.NewReader(pixels(t, 101, 100)), TooManyPixels},
		"half a file":     {bytes.NewReader(pixels(t, 40, 30)[:60]), ImageDamaged},
		"an unread file":  {iotest.ErrReader(broken), ""},
	} {
		_, _, err := album.Add(t.Context(), name, test.file)
		var known *Error
		if errors.As(err, &known) && known.Code != test.want || test.want == "" && !errors.Is(err, broken) {
			t.Errorf("%s: %v, want %s", name, err, test.want)
		}
	}
	if err := album.Close(); err != nil {
		t.Error(err)
	}
	if _, err := bucket.List(nil).Next(t.Context()); !errors.Is(err, io.EOF) {
		t.Errorf("something was stored, or the bucket is closed: %v", err)
	}
	if _, err := OpenAlbum(t.Context(), Config{Storage: "ftp://example.com"}); err == nil {
		t.Error("any storage will do")
	}
}
