// Package selftest runs the whole life of a release on a new local cloud, unattended: release,
// upload, scale, heal, roll, undo, roll back, tear down, and the proof that nothing is left. It
// uses what people use: the gallery's pages, the Step Functions API and the control API.
package selftest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/environment"
	"photogallery/internal/local/control"
	"photogallery/internal/patience"
)

// Cloud is a running local cloud.
type Cloud interface {
	// Close ends it as Ctrl-C does.
	Close() error
}

// Options are the options of Run. All are required.
type Options struct {
	// Start starts a cloud on free ports, with its data in the folder, and releases the default
	// bundle. It returns when the cloud's API answers.
	Start func(ctx context.Context, data string) (Cloud, error)
	// Program is the gallery's executable, which the broken bundle contains.
	Program string
	Out     io.Writer
}

// Run prints each check with its result and duration to Options.Out. Its error is the first check
// that failed. It ends and removes everything in any case. It takes about a minute.
func Run(ctx context.Context, options Options) (err error) {
	began := time.Now()
	folder, err := os.MkdirTemp("", "gallery-check-")
	if err != nil {
		return err
	}
	s := &story{Options: options, folder: folder, data: filepath.Join(folder, "data"), seen: map[string]environment.Instance{}}
	err = errors.Join(s.tell(ctx), s.end())
	if err != nil {
		return fmt.Errorf("after %s: %w", time.Since(began).Round(time.Second), err)
	}
	fmt.Fprintf(options.Out, "\n%d checks hold, in %s.\n", s.held, time.Since(began).Round(100*time.Millisecond))
	return nil
}

// chapter is one check. It returns what it saw in words.
type chapter struct {
	title string
	check func(context.Context) (seen string, err error)
}

func (s *story) chapters() []chapter {
	return []chapter{
		{"a first release serves", s.firstRelease},
		{"a photo uploaded through one instance is served by all", s.upload},
		{"unchanged content is not baked again", s.releaseUnchanged},
		{"load scales the group out", s.scaleOut},
		{"a crashed instance is replaced", s.crash},
		{"an instance is terminated in order under load", s.terminate},
		{"the group scales in when the load falls", s.scaleIn},
		{"a second version rolls in under load", s.roll},
		{"a broken release is undone under load", s.releaseBroken},
		{"a service that takes 10 seconds to start takes over", s.releaseSlow},
		{"a second fleet takes the traffic in steps under load", s.takeOver},
		{"a release that fails is rejected with 5 % of the traffic", s.reject},
		{"a rollback brings the former image back", s.rollBack},
		{"a release and its sizes outlast a kill at its end", s.outlastKill},
		{"a teardown leaves no resource", s.tearDown},
		{"a second start bakes nothing", s.startAgain},
		{"the end leaves no process, no listener and no file", s.leaveNothing},
	}
}

// story is one run.
type story struct {
	Options
	folder, data string
	held         int

	cloud    Cloud
	endpoint control.Endpoint
	control  *control.Client
	sfn      *sfn.Client

	status     environment.Status              // the latest
	seen       map[string]environment.Instance // every instance so far
	firstImage string
	lastImage  string // serves at the end
}

func (s *story) tell(ctx context.Context) error {
	for _, c := range s.chapters() {
		began := time.Now()
		limited, cancel := context.WithTimeout(ctx, patience.Limit)
		seen, err := c.check(limited)
		cancel()
		took := time.Since(began).Round(100 * time.Millisecond)
		if ctx.Err() != nil {
			return ctx.Err() // interrupted: no check has failed
		}
		if err != nil {
			fmt.Fprintf(s.Out, "✗ %-56s %6s  %v\n", c.title, took, err)
			return fmt.Errorf("%s: %w", c.title, err)
		}
		s.held++
		fmt.Fprintf(s.Out, "✓ %-56s %6s  %s\n", c.title, took, seen)
	}
	return nil
}

// end closes what a failed check left open.
func (s *story) end() error {
	var err error
	if s.cloud != nil {
		err = s.cloud.Close()
	}
	return errors.Join(err, os.RemoveAll(s.folder))
}
