package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
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
	// maxListed limits the memory of a list to about 3 MB.
	maxListed = 50_000
)

// store keeps each photo as two objects. A photo exists if its thumbnail does: the thumbnail is
// written last and removed first, so that a listing never shows half a photo.
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

// add stores a picture as the newest photo.
func (s *store) add(ctx context.Context, made picture) (photo, error) {
	p := newPhoto(time.Now(), made.format, made.width, made.height)
	return p, s.put(ctx, p, made.full, made.thumbnail)
}

// put stores a photo. After an error nothing of it is visible.
func (s *store) put(ctx context.Context, p photo, full, thumbnail []byte) error {
	err := s.write(ctx, p.photoKey(), full)
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
	for _, key := range []string{p.thumbKey(), p.photoKey()} {
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

// list returns the ids of the photos, newest first.
func (s *store) list(ctx context.Context) ([]string, error) {
	ids := []string{}
	if s.folder != "" {
		entries, err := os.ReadDir(filepath.Join(s.folder, thumbsFolder))
		for _, entry := range entries[:min(len(entries), maxListed)] {
			ids = appendListed(ids, entry.Name())
		}
		return ids, err
	}
	objects := s.bucket.List(&blob.ListOptions{Prefix: thumbsFolder})
	for len(ids) < maxListed {
		object, err := objects.Next(ctx)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		ids = appendListed(ids, object.Key)
	}
	return ids, nil
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
