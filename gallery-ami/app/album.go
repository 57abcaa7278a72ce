package app

import (
	"context"
	"io"
)

// Album is a gallery's storage without a server. Photos are stored as by an upload, and the servers
// on the storage show them some seconds later.
type Album struct {
	config Config
	store  *store
}

// OpenAlbum opens the configured storage; of the other fields only the limits of one file matter.
// Its errors are those of New. The caller closes the album.
func OpenAlbum(ctx context.Context, config Config) (*Album, error) {
	opened, err := openStore(ctx, config)
	if err != nil {
		return nil, err
	}
	return &Album{config.withDefaults(), opened}, nil
}

// Add stores a photo, checked and re-encoded with its thumbnail as an upload is. It returns its ID,
// and a note if it does not show everything in the file. Its errors are Errors, except those of
// reading the file. After an error nothing is stored.
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

// Close closes the storage.
func (a *Album) Close() error { return a.store.close() }
