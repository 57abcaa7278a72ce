package app

import (
	"context"
	"io"
	"sync"
)

// Album is a gallery's storage without a server. Photos are stored as by an upload, and the servers
// on the storage show them some seconds later. Several goroutines may use it.
type Album struct {
	config   Config
	store    *store
	darkroom *darkroom

	mu    sync.Mutex
	known *listing // nil before it is needed
}

// OpenAlbum opens the configured storage; of the other fields only the limits of one file matter.
// Its errors are those of New. The caller closes the album.
func OpenAlbum(ctx context.Context, config Config) (*Album, error) {
	opened, err := openStore(ctx, config)
	if err != nil {
		return nil, err
	}
	config = config.withDefaults()
	return &Album{config: config, store: opened, darkroom: newDarkroom(config.limits().memory)}, nil
}

// Add stores a photo, checked and stripped with its thumbnail as an upload is. The name of its file
// becomes its title. It returns its ID, and a note if it does not show everything in the file, or if
// the album has it already. Its errors are Errors, except those of reading the file. After an error
// nothing is stored.
func (a *Album) Add(ctx context.Context, name string, file io.Reader) (id, note string, err error) {
	data, err := readWhole(file, a.config.MaxUploadBytes)
	if err != nil {
		return "", "", err
	}
	made, err := a.darkroom.develop(ctx, data, a.config.limits())
	if err != nil {
		return "", "", err
	}
	p := made.photo(name)
	for _, other := range a.like(ctx, p) {
		if a.store.holds(ctx, other, made.full) {
			return other.ID, alreadyThere(other), nil
		}
	}
	if err := a.store.put(ctx, p, made.full, made.thumbnail); err != nil {
		return "", "", err
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.known.ids = append(a.known.ids, p.ID)
	return p.ID, made.note, nil
}

// Close closes the storage.
func (a *Album) Close() error { return a.store.close() }

// like reads the storage once. Somebody who may only put photos there stores duplicates, too.
func (a *Album) like(ctx context.Context, p photo) []photo {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.known == nil {
		found, err := a.store.list(ctx)
		if err != nil {
			found = &names{}
		}
		a.known = &listing{names: found}
	}
	return a.known.like(p.ID)
}
