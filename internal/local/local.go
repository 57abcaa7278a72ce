// Package local runs `gallery up`: the whole system on one machine. The shipped state machines and
// steps run on the embedded cloud, instances are processes with a folder for their disk, and the
// load balancer listens on a real address.
package local

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"syscall"
	"time"

	"photogallery/internal/console"
	"photogallery/internal/local/control"
	"photogallery/internal/local/process"
	"photogallery/internal/stack"
	"photogallery/release"
)

// Environment is the name of a local cloud's one environment.
const Environment release.Environment = "main"

// Options are the options of a Local. Address, Data, Program and Bundle are required.
type Options struct {
	Address      string       // of the load balancer, host:port; port 0 takes a free one
	APIAddress   string       // of the APIs, a loopback host:port, or "" for a free port of 127.0.0.1
	Console      []string     // loopback host:ports for the console, which uses the first free one, or none for no console
	Data         string       // the folder that outlives the process: photos, images, bundles, logs
	Program      string       // this executable, which machines call as systemctl
	Bundle       stack.Bundle // the bundle of the request {}
	Pack         stack.Packer
	Version      string        // of the program
	Architecture string        // of this machine: arm64 or x86_64; "" means arm64
	Pace         float64       // divides AWS's durations; 0 means 1
	Schedules    []Schedule    // that start a state machine
	SleepAfter   time.Duration // without a visit, at the pace, until a teardown, or 0 for never
	OneAddress   bool          // instances have ports of 127.0.0.1 instead of addresses of their own, as everywhere but on Linux
	Log          *slog.Logger  // of the steps and the cloud; nil discards
}

// Local is a running local cloud.
type Local struct {
	options  Options
	started  time.Time
	folder   *folder
	machines *process.Kind
	stack    *stack.Stack
	servers  []*http.Server
	serving  sync.WaitGroup
	endpoint control.Endpoint
	restored bool // from the folder, so that its record may be replaced
	keeping  sync.Mutex
	lastKept []byte // as JSON; guarded by keeping
	base     stack.Base
	recorder recorder
	console  *console.Console // nil if there is none
	traffic  traffic
	closing  sync.Once
	closed   error
}

// Start starts a local cloud without a release. It cleans up after a killed predecessor on the data
// folder. Its error is StillInUse if another cloud uses the folder or an address is taken, and
// InvalidRequest for an invalid schedule.
func Start(ctx context.Context, options Options) (*Local, error) {
	if options.Log == nil {
		options.Log = slog.New(slog.DiscardHandler)
	}
	l := &Local{options: options, started: time.Now()}
	for _, begin := range []func(context.Context) error{
		l.takeFolder, l.makeMachines, l.deploy, l.schedule, l.listen, l.announce, l.record,
	} {
		if err := begin(ctx); err != nil {
			return nil, errors.Join(l.explained(err), l.Close(), l.unmake())
		}
	}
	return l, nil
}

// unmake removes the data folder of a cloud that failed to start, unless the folder existed before.
func (l *Local) unmake() error {
	if l.folder == nil || !l.folder.made {
		return nil
	}
	return os.RemoveAll(l.folder.path)
}

func (l *Local) takeFolder(context.Context) (err error) {
	l.folder, err = takeFolder(l.options.Data)
	return err
}

func (l *Local) makeMachines(context.Context) (err error) {
	if err := endLeftovers(l.options.Data); err != nil {
		return err
	}
	if err := errors.Join(removeUnfinished(l.options.Data), removeRuns(l.options.Data)); err != nil {
		return err
	}
	if err := pruneLogs(filepath.Join(l.options.Data, "logs")); err != nil {
		return err
	}
	key, err := uploadKey(l.options.Data)
	if err != nil {
		return err
	}
	photos := filepath.Join(l.options.Data, "photos")
	if err := os.MkdirAll(photos, 0o700); err != nil {
		return err
	}
	l.machines, err = process.New(process.Options{
		Dir: l.options.Data, Program: l.options.Program, Recipe: machineRecipe{}, Log: l.options.Log,
		Settings: map[string]string{
			"PHOTOS": "file://" + filepath.ToSlash(photos), "UPLOAD_KEY_FILE": key, "SAMPLES": "1",
			"REFUSE_NAMES": refuseNames(l.options.Address),
		},
		Object: func(bucket, key string) (io.ReadCloser, error) { return l.stack.Cloud.S3.Open(bucket, key) },
		Store:  l.storeOnce, OneAddress: l.options.OneAddress,
	})
	return err
}

func (l *Local) deploy(ctx context.Context) (err error) {
	l.base = baseOf(packageLists, l.options.Program)
	l.stack, err = stack.New(stack.Options{
		Environment: Environment, Architecture: l.options.Architecture, Pace: l.options.Pace, Kind: l.machines, Real: true, Base: l.base,
		Folder: l.options.Data, DefaultBundle: l.options.Bundle, Pack: l.options.Pack, Log: l.options.Log,
		SleepAfter: l.options.SleepAfter, WakeLimit: unlimited,
	})
	if err != nil {
		return err
	}
	return errors.Join(l.restore(ctx), l.lendKey(ctx))
}

// explained says what to do about a full disk.
func (l *Local) explained(err error) error {
	if errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) {
		return release.Errorf(release.StillInUse, "the disk of %s is full: free some space, or name another folder with --data (%w)", l.options.Data, err)
	}
	return err
}

func (l *Local) announce(context.Context) error {
	return l.folder.announce(l.endpoint)
}

// Endpoint returns the addresses of the cloud.
func (l *Local) Endpoint() control.Endpoint { return l.endpoint }

// Release starts a release of the environment and returns its execution's ARN, as StartExecution
// does.
func (l *Local) Release(ctx context.Context, name, input string) (executionARN string, err error) {
	return l.stack.StartRelease(ctx, name, input)
}

// Close aborts the executions, lets services drain for a moment, and returns when processes,
// listeners and the machines' folders are gone. Photos, images, bundles and logs stay. It may be
// called at any time, and repeatedly.
func (l *Local) Close() error {
	l.closing.Do(func() { l.closed = l.close() })
	return l.closed
}

func (l *Local) close() (err error) {
	if l.console != nil {
		l.console.Close() // open streams would block the server's shutdown
	}
	for _, server := range l.servers {
		err = errors.Join(err, closeServer(server))
	}
	l.serving.Wait()
	if l.stack != nil {
		err = errors.Join(err, l.explained(l.keep()))
		l.stack.Close()
	}
	if l.machines != nil {
		err = errors.Join(err, l.machines.Close())
	}
	if l.folder != nil {
		err = errors.Join(err, l.folder.release())
	}
	return err
}

const lastRequests = time.Second

func closeServer(server *http.Server) error {
	ctx, cancel := context.WithTimeout(context.Background(), lastRequests)
	defer cancel()
	if err := server.Shutdown(ctx); err != nil {
		return server.Close()
	}
	return nil
}
