// Package process is the machine kind of the local mode: an instance is a folder for its disk with
// the processes of its services, and an image is an archive of such a folder.
package process

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"photogallery/internal/localcloud/machine"
)

// Recipe interprets the user data of instances. On AWS they run it. Here, without a root account or
// a file system of their own, only its instructions are carried out.
type Recipe interface {
	// Build returns the location of a builder's bundle and the name of the release.
	Build(userData string) (Build, error)
	// Provision returns the script that installs an unpacked bundle, below the folder ROOT.
	Provision() []byte
	// SBOM returns the program that prints the software bill of materials of an image.
	SBOM() []byte
	// Unpacking returns the limits of one bundle's archive.
	Unpacking() Unpacking
	// Settings returns the instance's own settings of a fleet instance's service.
	Settings(userData string) (map[string]string, error)
	// App returns the location of the settings of a fleet instance's app.
	App(userData string) App
	// Run returns the task of an instance that runs a command once, as a service of the fleet.
	Run(userData string) (Run, error)
}

// Run is the task of an instance that runs a command once.
type Run struct {
	Bucket, Command, Output string // the keys of the command, a bash script, and of its result
	Release                 string
	Source                  string // of the event that reports the result
	Limit                   time.Duration
}

// App is the location of an app's settings.
type App struct {
	Bucket string
	Digest string // "" for no settings
}

// Build is a builder's task.
type Build struct {
	Bucket, Key, SHA256 string
	Release             string
	Source              string // of the event that reports the result
	SBOMBucket, SBOMKey string // of the software bill of materials

	HealthPath, StartSeconds string // what answers 200 when the service is ready, and the time until then
}

// Options are the options of a Kind. All are required except Settings, Log and OneAddress.
type Options struct {
	Dir     string // the folder of machines and their logs; images are in its folder "images"
	Program string // this program, which the machines call by the name "systemctl"; see Shim
	Recipe  Recipe
	// Object opens an S3 object, such as a builder's bundle.
	Object func(bucket, key string) (io.ReadCloser, error)
	// Store keeps an S3 object, unless there is one: an image's software bill of materials, or a run's result.
	Store func(bucket, key string, content []byte) error
	// Settings overrides settings of every service that differ on one machine.
	Settings map[string]string
	Log      *slog.Logger
	// OneAddress gives all instances 127.0.0.1 and a port each. Only Linux has every 127.x.y.z without being
	// asked, so elsewhere it is always so.
	OneAddress bool
}

// Kind runs instances as processes. Only one Kind at a time may use a Dir.
type Kind struct {
	options   Options
	scratch   string // the shim and its socket; short, because a socket's path is limited
	server    *http.Server
	services  services
	addresses addresses
	shutdown  time.Duration  // maxShutdown, except in tests
	running   sync.WaitGroup // the goroutines of machines
	serving   sync.WaitGroup // the shim's server, which the machines need to the end

	mu       sync.Mutex
	machines map[string]*instance
}

// New prepares the folders and listens for the machines' shim on a Unix socket.
func New(options Options) (*Kind, error) {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	k := &Kind{options: options, shutdown: maxShutdown, machines: map[string]*instance{}, services: newServices(), addresses: addresses{one: options.OneAddress || runtime.GOOS != "linux"}}
	if err := errors.Join(k.prepareFolders(), k.listen()); err != nil {
		return nil, errors.Join(fmt.Errorf("prepare %s for machines: %w", options.Dir, err), k.removeScratch())
	}
	return k, nil
}

func (k *Kind) prepareFolders() (err error) {
	for _, folder := range []string{k.machinesDir(), k.imagesDir(), k.logsDir()} {
		err = errors.Join(err, os.MkdirAll(folder, 0o700))
	}
	if err := errors.Join(err, k.removeScratch()); err != nil {
		return err
	}
	if k.scratch, err = os.MkdirTemp("", scratchPrefix); err != nil {
		return err
	}
	return errors.Join(os.Symlink(k.scratch, k.scratchLink()), os.Symlink(k.options.Program, filepath.Join(k.scratch, shimName)))
}

const scratchPrefix = "gallery-"

// scratchLink links the Dir to its scratch folder, so that the next Kind finds the folder of a
// killed process.
func (k *Kind) scratchLink() string { return filepath.Join(k.options.Dir, "scratch") }

func (k *Kind) removeScratch() error {
	former, err := os.Readlink(k.scratchLink())
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err == nil && strings.HasPrefix(filepath.Base(former), scratchPrefix) {
		err = os.RemoveAll(former)
	}
	return errors.Join(err, os.Remove(k.scratchLink()))
}

func (k *Kind) machinesDir() string { return filepath.Join(k.options.Dir, "machines") }
func (k *Kind) imagesDir() string   { return filepath.Join(k.options.Dir, "images") }
func (k *Kind) logsDir() string     { return filepath.Join(k.options.Dir, "logs") }

// LogFile returns the file of an instance's output, which outlives the instance.
func (k *Kind) LogFile(instanceID string) string {
	return filepath.Join(k.logsDir(), instanceID+".log")
}

// Boot implements machine.Kind.
func (k *Kind) Boot(spec machine.Spec, host machine.Host) machine.Machine {
	m := newInstance(k, spec, host)
	k.mu.Lock()
	k.machines[spec.InstanceID] = m
	k.mu.Unlock()
	k.running.Go(m.boot)
	return m
}

// Image is the content of an image: the name of an archive in the folder of images.
type Image string

// Capture implements machine.Kind: it stops the machine's services, as a reboot does, and archives
// its folder.
func (k *Kind) Capture(of machine.Machine, done func(content any, bytes int64, err error)) {
	m := of.(*instance)
	k.running.Go(func() {
		m.stopServices()
		name := Image(m.spec.InstanceID + ".tar.zst")
		size, err := archive(m.root, k.imagePath(name))
		done(name, size, err)
	})
}

func (k *Kind) imagePath(name Image) string { return filepath.Join(k.imagesDir(), string(name)) }

// ArchiveFile returns the file of an image's archive.
func (k *Kind) ArchiveFile(of Image) string { return k.imagePath(of) }

// DiscardAllBut deletes the archives that are not known and those that are not complete. It must be
// called before the first machine boots.
func (k *Kind) DiscardAllBut(known map[string]bool) error {
	entries, err := os.ReadDir(k.imagesDir())
	for _, entry := range entries {
		if !known[entry.Name()] {
			err = errors.Join(err, os.Remove(filepath.Join(k.imagesDir(), entry.Name())))
		}
	}
	return err
}

// Discard implements machine.Kind: it deletes the archive.
func (k *Kind) Discard(content any) {
	name, isImage := content.(Image)
	if !isImage {
		return
	}
	k.running.Go(func() {
		if err := os.Remove(k.imagePath(name)); err != nil && !errors.Is(err, os.ErrNotExist) {
			k.options.Log.Error("an image's archive stays on the disk", "file", k.imagePath(name), "reason", err)
		}
	})
}

// patience is how long services may take to end when the Kind closes.
const patience = 3 * time.Second

// Close asks every machine to end, kills the rest after a few seconds, waits for goroutines, and
// removes everything except images and logs.
func (k *Kind) Close() error {
	k.services.kept.CloseIdleConnections() // a draining service would wait for them
	for _, m := range k.all() {
		m.Stop()
	}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		k.running.Wait()
	}()
	select {
	case <-ended:
	case <-time.After(patience):
		for _, m := range k.all() {
			m.killServices()
		}
		<-ended
	}
	k.services.kept.CloseIdleConnections()
	err := k.server.Close()
	k.serving.Wait()
	return errors.Join(err, k.removeScratch(), os.RemoveAll(k.machinesDir()))
}

func (k *Kind) all() []*instance {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Collect(maps.Values(k.machines))
}

func (k *Kind) forget(instanceID string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.machines, instanceID)
}

func (k *Kind) machine(instanceID string) *instance {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.machines[instanceID]
}
