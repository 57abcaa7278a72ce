// Package app is the Photogallery web server: an index of thumbnails, a full view, and uploads for
// people with the upload key. It keeps photos in a bucket or folder and no other state, so that any
// number of instances can share one storage.
package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"time"

	"photogallery/internal/pace"
)

const (
	memoryBytes  = 16 << 20
	uploadSlots  = 4
	maxArriving  = 32 // of at most 25 MB each, on the disk
	writeTimeout = 2 * time.Minute
)

// Server is one instance of the gallery.
type Server struct {
	config   Config
	log      *slog.Logger
	store    *store
	catalog  *catalog
	memory   *memory
	pages    *pageCache
	assets   assets
	sessions *sessions
	// signedOut is used only for valid sessions.
	signedOut *signedOut
	started   time.Time
	draining  atomic.Bool
	handler   http.Handler
	// arriving limits the uploads in transit, uploads the files in memory.
	arriving, uploads chan struct{}
	darkroom          *darkroom
	stop              context.CancelFunc
}

// New opens the storage and stores the samples if configured, and blocks for that. Its errors are
// Errors with code InvalidConfig or StorageUnavailable.
func New(ctx context.Context, config Config) (*Server, error) {
	if err := invalidConfig(config.problems()); err != nil {
		return nil, err
	}
	config = config.withDefaults()
	opened, err := openStore(ctx, config)
	if err != nil {
		return nil, err
	}
	if config.Samples {
		if err := opened.putSamples(ctx); err != nil {
			return nil, errors.Join(err, opened.close())
		}
	}
	done, stop := context.WithCancel(context.Background())
	s := &Server{
		config:    config,
		log:       config.Logger,
		store:     opened,
		catalog:   &catalog{read: opened.list, done: done},
		memory:    &memory{limit: memoryBytes, kept: map[string]*kept{}},
		pages:     &pageCache{pages: map[pageKey]*ready{}},
		assets:    loadAssets(),
		sessions:  newSessions(config.UploadKey),
		signedOut: &signedOut{store: opened},
		started:   time.Now(),
		arriving:  make(chan struct{}, maxArriving),
		uploads:   make(chan struct{}, uploadSlots),
		darkroom:  newDarkroom(config.limits().memory),
		stop:      stop,
	}
	s.config.UploadKey = "" // templates see the configuration
	s.handler = s.routes()
	return s, nil
}

// Handler serves the gallery without its own listener.
func (s *Server) Handler() http.Handler { return s.handler }

// Close ends background work and closes the storage. It does not wait for
// requests; Run does.
func (s *Server) Close() error {
	s.stop()
	return s.store.close()
}

// Run listens on Config.Address and serves until ctx ends, then drains as Serve does. The error for
// an unavailable address is an Error with code AddressUnavailable.
func (s *Server) Run(ctx context.Context) error {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", s.config.Address)
	if err != nil {
		return &Error{AddressUnavailable, fmt.Sprintf("The gallery cannot listen on %s; if another server uses it, choose another HOST or PORT.", s.config.Address), err}
	}
	return s.Serve(ctx, listener)
}

// Serve serves on listener, which it closes, until ctx ends. Then it accepts nothing new, lets
// requests in flight finish for at most Config.DrainTimeout, and cuts off the rest, which is an
// error. Clients should have stopped before ctx ends, as with a load balancer that deregisters a
// target first.
func (s *Server) Serve(ctx context.Context, listener net.Listener) error {
	server := &http.Server{
		Handler:           pace.Bodies(s.handler),
		ReadHeaderTimeout: 10 * time.Second,
		WriteTimeout:      writeTimeout,
		// An Application Load Balancer closes idle connections after 60 s. Closing one earlier here
		// would fail a request in transit.
		IdleTimeout:    2 * time.Minute,
		MaxHeaderBytes: 16 << 10,
		ErrorLog:       slog.NewLogLogger(s.log.Handler(), slog.LevelWarn),
	}
	failed := make(chan error, 1)
	// A visitor uses a connection, an open photo, and a connection to the storage.
	go func() { failed <- server.Serve(pace.Bounded(listener, 4)) }()
	s.log.Info("serving", "address", listener.Addr().String(), "instance", s.config.Instance,
		"zone", s.config.Zone, "release", s.config.Release, "uploads", s.config.AllowUpload)
	select {
	case err := <-failed:
		return fmt.Errorf("serving on %s: %w", listener.Addr(), err)
	case <-ctx.Done():
	}
	s.draining.Store(true)
	s.log.Info("draining", "timeout", s.config.DrainTimeout.String())
	drain, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.config.DrainTimeout)
	defer cancel()
	if err := server.Shutdown(drain); err != nil {
		return errors.Join(fmt.Errorf("requests were still running after %s and were cut off: %w", s.config.DrainTimeout, err), server.Close())
	}
	s.log.Info("stopped")
	return nil
}
