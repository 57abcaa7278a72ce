package app

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"image/jpeg"
	"io/fs"
	"path"
	"strings"
	"time"
)

//go:generate go run ./samples/paint
//go:generate go test -run TestEverySampleHasItsThumbnail -update

// The thumbnails are prepared, because making them takes longer than the rest of a start.
//
//go:embed samples/*.jpg samples/thumbs/*.jpg
var samples embed.FS

// samplesKey marks a storage that had its samples, so that they do not return after somebody has
// deleted them.
const samplesKey = "samples-stored"

// putSamples fills a storage that was never used. The ids are the same on every instance, so that
// two that start together store the same photos, not twice as many.
func (s *store) putSamples(ctx context.Context) error {
	done, err := s.bucket.Exists(ctx, samplesKey)
	found, listErr := s.list(ctx)
	if err = errors.Join(err, listErr); err != nil || done || len(found.ids) > 0 {
		return storageError(err)
	}
	names, err := fs.Glob(samples, "samples/*.jpg")
	if err != nil {
		return err
	}
	for i, name := range names {
		if err := s.putSample(ctx, path.Base(name), i); err != nil {
			return err
		}
	}
	return storageError(s.write(ctx, samplesKey, nil))
}

func (s *store) putSample(ctx context.Context, name string, number int) error {
	content, err := samples.ReadFile("samples/" + name)
	if err != nil {
		return err
	}
	thumbnail, err := samples.ReadFile("samples/thumbs/" + name)
	if err != nil {
		return err
	}
	size, err := jpeg.DecodeConfig(bytes.NewReader(content))
	if err != nil {
		return err
	}
	taken := time.Date(2026, time.January, 1, 12, number, 0, 0, time.UTC)
	p := namedPhoto(taken, [6]byte{5: byte(number)}, "jpg", size.Width, size.Height)
	_, title, _ := strings.Cut(titleOf(name), "-") // behind its number
	p.Title = strings.ToUpper(title[:1]) + title[1:]
	return s.put(ctx, p, content, thumbnail)
}
