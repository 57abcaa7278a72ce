package app

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"image/jpeg"
	"runtime/debug"
	"time"
)

//go:generate go run ./samples/paint

//go:embed samples/*.jpg
var samples embed.FS

// samplesKey marks a storage that had its samples, so that they do not come
// back after somebody has deleted them.
const samplesKey = "samples-stored"

// putSamples fills a storage that was never used. Its ids are the same on every
// instance: two that start together store the same photos, not twice as many.
func (s *store) putSamples(ctx context.Context) error {
	done, err := s.bucket.Exists(ctx, samplesKey)
	photos, listErr := s.list(ctx)
	if err = errors.Join(err, listErr); err != nil || done || len(photos) > 0 {
		return storageError(err)
	}
	defer debug.FreeOSMemory() // decoding took more than serving ever will
	files, err := samples.ReadDir("samples")
	if err != nil {
		return err
	}
	for i, file := range files {
		if err := s.putSample(ctx, "samples/"+file.Name(), i); err != nil {
			return err
		}
	}
	return storageError(s.write(ctx, samplesKey, nil, "text/plain"))
}

func (s *store) putSample(ctx context.Context, name string, number int) error {
	content, err := samples.ReadFile(name)
	if err != nil {
		return err
	}
	decoded, err := jpeg.Decode(bytes.NewReader(content))
	if err != nil {
		return err
	}
	small, err := thumbnailOf(decoded, nil)
	if err != nil {
		return err
	}
	size := decoded.Bounds().Size()
	taken := time.Date(2026, time.January, 1, 12, number, 0, 0, time.UTC)
	return s.put(ctx, namedPhoto(taken, [6]byte{5: byte(number)}, "jpg", size.X, size.Y), content, small)
}
