package app

import (
	"context"
	"io"
)

// Album is a gallery's storage without its server: photos go in as by an upload, and the servers on
// the storage show them as soon as they look again, in some seconds.
type Album struct {
	config Config
	store  *store
}

// OpenAlbum opens the storage that the configuration names; of the rest of it only the limits of
// one file count. Its errors are those of New. Close the album at the end.
func OpenAlbum(ctx context.Context, config Config) (*Album, error) {
	opened, err := openStore(ctx, config)
	if err != nil {
		return nil, err
	}
	return &Album{config.withDefaults(), opened}, nil
}

// Add stores a photo, checked and encoded anew with its thumbnail as an upload is, and returns its
// ID, and a note if it does not show all that the file has. Its errors are Errors, except those of
// reading the file; after one nothing is stored.
func (a *Album) Add(ctx context.Context, file io.Reader) (id, note string, err error) {
	data, err := readWhole(file, a.config.MaxUploadBytes)
	if err != nil {
		return "", "", err
	}
	made, err := develop(data, a.config.limits())
	if err != nil {
		return "", "", err
	}
	p, err := a.store.add(ctx, made)
	return p.ID, made.note, err
}

// Close gives the storage back.
func (a *Album) Close() error { return a.store.close() }
