package app

import (
	"bytes"
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"

	"gocloud.dev/blob"
	"gocloud.dev/blob/driver"
	"gocloud.dev/gcerrors"
)

var (
	errReset   = errors.New("the connection was reset")
	errMissing = errors.New("no such object")
)

// troubled is a storage in memory that fails or stalls when it is told to, as one behind a network
// does.
type troubled struct {
	driver.Bucket // what the gallery does not call

	mu      sync.Mutex
	objects map[string][]byte
	trouble func(context.Context) error // nil: none
}

func newTroubled() (*troubled, *blob.Bucket) {
	storage := &troubled{objects: map[string][]byte{}}
	return storage, blob.NewBucket(storage)
}

// begin sets the trouble, or ends it with nil.
func (s *troubled) begin(trouble func(context.Context) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.trouble = trouble
}

func failing(context.Context) error { return errReset }

func stalling(ctx context.Context) error {
	<-ctx.Done()
	return ctx.Err()
}

func (s *troubled) meet(ctx context.Context) error {
	s.mu.Lock()
	trouble := s.trouble
	s.mu.Unlock()
	if trouble == nil {
		return nil
	}
	return trouble(ctx)
}

func (s *troubled) ErrorCode(err error) gcerrors.ErrorCode {
	if errors.Is(err, errMissing) {
		return gcerrors.NotFound
	}
	return gcerrors.Unknown
}

func (s *troubled) ErrorAs(error, any) bool { return false }
func (s *troubled) Close() error            { return nil }

func (s *troubled) Attributes(ctx context.Context, key string) (*driver.Attributes, error) {
	if err := s.meet(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if content, found := s.objects[key]; found {
		return &driver.Attributes{Size: int64(len(content))}, nil
	}
	return nil, errMissing
}

func (s *troubled) ListPaged(ctx context.Context, options *driver.ListOptions) (*driver.ListPage, error) {
	if err := s.meet(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	page := &driver.ListPage{}
	for _, key := range slices.Sorted(maps.Keys(s.objects)) {
		if strings.HasPrefix(key, options.Prefix) {
			page.Objects = append(page.Objects, &driver.ListObject{Key: key, Size: int64(len(s.objects[key]))})
		}
	}
	return page, nil
}

// object is one that is being read or written; trouble comes between.
type object struct {
	bytes.Buffer
	size  int64
	ctx   context.Context
	in    *troubled
	write string // the key; "" of one that is read
}

func (o *object) As(any) bool { return false }

func (o *object) Attributes() *driver.ReaderAttributes {
	return &driver.ReaderAttributes{Size: o.size}
}

func (o *object) Read(p []byte) (int, error) {
	if err := o.in.meet(o.ctx); err != nil {
		return 0, err
	}
	return o.Buffer.Read(p)
}

func (o *object) Close() error {
	if o.write == "" {
		return nil
	}
	if err := o.in.meet(o.ctx); err != nil {
		return err
	}
	o.in.mu.Lock()
	defer o.in.mu.Unlock()
	o.in.objects[o.write] = bytes.Clone(o.Bytes())
	return nil
}

func (s *troubled) NewRangeReader(ctx context.Context, key string, offset, length int64, _ *driver.ReaderOptions) (driver.Reader, error) {
	if err := s.meet(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	content, found := s.objects[key]
	if !found {
		return nil, errMissing
	}
	read := &object{size: int64(len(content)), ctx: ctx, in: s}
	content = content[min(offset, read.size):]
	if length >= 0 {
		content = content[:min(length, int64(len(content)))]
	}
	read.Write(content)
	return read, nil
}

func (s *troubled) NewTypedWriter(ctx context.Context, key, _ string, _ *driver.WriterOptions) (driver.Writer, error) {
	return &object{ctx: ctx, in: s, write: key}, s.meet(ctx)
}

func (s *troubled) Delete(ctx context.Context, key string, _ *driver.DeleteOptions) error {
	if err := s.meet(ctx); err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, found := s.objects[key]; !found {
		return errMissing
	}
	delete(s.objects, key)
	return nil
}
