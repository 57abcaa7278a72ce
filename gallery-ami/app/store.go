package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/memblob"
	_ "gocloud.dev/blob/s3blob" // registers s3:// with blob.OpenBucket
	"gocloud.dev/gcerrors"
)

const (
	immutable   = "public, max-age=31536000, immutable"
	undoTimeout = 10 * time.Second
	// maxListed limits the memory of a list to about 20 MB, with the longest titles, and usually to
	// a third of that.
	maxListed = 50_000
)

// store keeps each photo as two objects, and its title as the name of a third. A photo exists if its
// thumbnail does: the thumbnail is written last and removed first, so that a listing never shows half
// a photo.
type store struct {
	bucket *blob.Bucket
	// folder is the folder of file:// storage. It is listed and read directly: fileblob silently
	// skips a folder that it cannot read, which would look like an empty gallery, and the kernel
	// can send a plain file.
	folder string
	shared bool
}

func openStore(ctx context.Context, config Config) (*store, error) {
	if config.Bucket != nil {
		return &store{bucket: config.Bucket, shared: true}, nil
	}
	u, err := parseStorage(config.Storage)
	if err != nil {
		return nil, invalidConfig([]string{err.Error()})
	}
	opened := &store{}
	switch u.Scheme {
	case "mem":
		opened.bucket = memblob.OpenBucket(nil)
	case "file":
		opened.folder = u.Path
		opened.bucket, err = openFolder(u.Path)
	default:
		opened.bucket, err = blob.OpenBucket(ctx, config.Storage)
	}
	if err != nil {
		return nil, &Error{StorageUnavailable, fmt.Sprintf("The storage %s cannot be opened; check its name and permissions.", config.Storage), err}
	}
	return opened, nil
}

func openFolder(folder string) (*blob.Bucket, error) {
	for _, sub := range []string{photosFolder, thumbsFolder} {
		if err := os.MkdirAll(filepath.Join(folder, sub), 0o750); err != nil {
			return nil, err
		}
	}
	return fileblob.OpenBucket(folder, &fileblob.Options{NoTempDir: true, Metadata: fileblob.MetadataDontWrite})
}

func (s *store) close() error {
	if s.shared {
		return nil
	}
	return s.bucket.Close()
}

// put stores a photo. After an error nothing of it is visible.
func (s *store) put(ctx context.Context, p photo, full, thumbnail []byte) error {
	err := s.write(ctx, p.photoKey(), full)
	if err == nil && p.Title != "" {
		err = s.write(ctx, p.titleKey(), nil)
	}
	if err == nil {
		err = s.write(ctx, p.thumbKey(), thumbnail)
	}
	if err == nil {
		return nil
	}
	undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), undoTimeout)
	defer cancel()
	return errors.Join(storageError(err), s.remove(undo, p))
}

func (s *store) write(ctx context.Context, key string, content []byte) error {
	return s.bucket.WriteAll(ctx, key, content, &blob.WriterOptions{ContentType: contentType(key), CacheControl: immutable})
}

// remove deletes a photo if it exists.
func (s *store) remove(ctx context.Context, p photo) error {
	keys := []string{p.thumbKey(), p.photoKey()}
	if p.Title != "" {
		keys = append(keys, p.titleKey())
	}
	for _, key := range keys {
		if err := s.bucket.Delete(ctx, key); err != nil && gcerrors.Code(err) != gcerrors.NotFound {
			return storageError(err)
		}
	}
	return nil
}

// open returns an object for reading, which the caller closes.
func (s *store) open(ctx context.Context, key string) (io.ReadSeekCloser, error) {
	if s.folder != "" {
		file, err := os.Open(filepath.Join(s.folder, key)) // keys are made from checked ids only
		if err != nil {
			return nil, storageError(err)
		}
		return file, nil
	}
	reader, err := s.bucket.NewReader(ctx, key, nil)
	if err != nil {
		return nil, storageError(err)
	}
	return plainReader{reader}, nil
}

// plainReader hides blob.Reader's WriteTo, which would allocate a megabyte for each answer.
type plainReader struct{ io.ReadSeekCloser }

// list returns the photos.
func (s *store) list(ctx context.Context) (*names, error) { return s.listed(ctx, "") }

// listed returns the photos whose id begins so.
func (s *store) listed(ctx context.Context, prefix string) (*names, error) {
	found := &names{ids: []string{}, titles: map[string]string{}}
	if s.folder != "" {
		entries, err := os.ReadDir(filepath.Join(s.folder, thumbsFolder))
		for _, entry := range entries[:min(len(entries), 2*maxListed)] {
			if strings.HasPrefix(entry.Name(), prefix) {
				found.add(entry.Name())
			}
		}
		return found, err
	}
	objects := s.bucket.List(&blob.ListOptions{Prefix: thumbsFolder + prefix})
	for len(found.ids) < maxListed {
		object, err := objects.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		found.add(strings.TrimPrefix(object.Key, thumbsFolder))
	}
	return found, nil
}

// holds reports whether a photo has exactly this content. One that cannot be read does not.
func (s *store) holds(ctx context.Context, p photo, content []byte) bool {
	object, err := s.open(ctx, p.photoKey())
	if err != nil {
		return false
	}
	defer func() { _ = object.Close() }() // it was only read
	piece := make([]byte, 64<<10)
	for {
		count, err := object.Read(piece)
		rest, same := bytes.CutPrefix(content, piece[:count])
		if !same || err != nil {
			return same && len(rest) == 0 && errors.Is(err, io.EOF)
		}
		content = rest
	}
}

func storageError(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, os.ErrNotExist), gcerrors.Code(err) == gcerrors.NotFound:
		return &Error{NotFound, "There is no such photo; it may have been deleted.", err}
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return &Error{StorageFull, "The photo storage is full; nothing was stored. Free some space and upload again.", err}
	}
	return problem(err)
}
