package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"photogallery/internal/systemd"
)

// service runs one unit in a machine's root folder and restarts it as the unit says.
type service struct {
	kind        *Kind
	name        string // of the unit
	unit        Unit
	limit       *startLimit // of the unit, across its services
	root        string
	environment []string // HOST, PORT and the rest, after the unit's own
	log         io.Writer

	mu       sync.Mutex
	main     *kept // nil while none runs
	failed   bool  // of the last start or run
	restarts int
	cancel   context.CancelFunc
	done     chan struct{}
}

// start starts to supervise the service. It returns when the first process runs or could not be
// started. In either case the service is restarted as its unit says, until its start limit is
// reached, it is stopped or killed, or the machine ends.
func (s *service) start(life context.Context) error {
	ctx, cancel := context.WithCancel(life)
	s.cancel, s.done = cancel, make(chan struct{})
	first := make(chan error, 1)
	go s.supervise(ctx, first)
	return <-first
}

func (s *service) supervise(ctx context.Context, first chan<- error) {
	defer close(s.done)
	for {
		main, err := s.launch(ctx)
		select {
		case first <- err:
		default:
		}
		if err == nil {
			err = main.wait()
		}
		if err := errors.Join(s.removeFolders(), os.RemoveAll(s.credentialsFolder())); err != nil {
			fmt.Fprintf(s.log, "the service's runtime folders stay: %v\n", err)
		}
		s.ended(err)
		if ctx.Err() != nil || !s.unit.startsAgain(err) {
			return
		}
		fmt.Fprintf(s.log, "the service ended (%v) and is started again\n", howItEnded(err))
		select {
		case <-ctx.Done():
			return
		case <-time.After(s.unit.RestartDelay):
		}
		s.mu.Lock()
		s.restarts++
		s.mu.Unlock()
		if !s.limit.allows(time.Now()) {
			err := s.limit.reached()
			fmt.Fprintln(s.log, err)
			s.ended(err)
			return
		}
	}
}

func howItEnded(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

func (s *service) launch(ctx context.Context) (*kept, error) {
	if err := errors.Join(s.makeFolders(), s.makeCredentials()); err != nil {
		return nil, err
	}
	environment, err := s.environ(s.unit.EnvironmentFiles)
	if err != nil {
		return nil, err
	}
	for _, before := range s.unit.Before {
		if err := s.kind.runCommand(ctx, s.command(before, environment)); err != nil {
			return nil, fmt.Errorf("ExecStartPre %s: %w", strings.Join(before, " "), err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	s.main, err = s.kind.start(s.command(s.unit.Start, environment))
	return s.main, err
}

func (s *service) command(words, environment []string) command {
	words = append([]string{words[0]}, systemd.Expand(words[1:], environment)...)
	return command{
		words: s.inRoot(words), folder: filepath.Join(s.root, s.unit.WorkingDirectory),
		environment: environment, output: s.log, grace: s.unit.StopTimeout, inherited: s.unit.Inherited,
	}
}

// environ returns the variables, of which the files' are those of the given ones.
func (s *service) environ(files []environmentFile) ([]string, error) {
	environment := []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "HOME=" + s.root}
	environment = append(environment, s.folderVariables()...)
	environment = append(environment, s.credentialsVariable()...)
	environment = append(environment, s.inRoot(s.unit.Environment)...)
	for _, file := range files {
		assignments, err := s.readEnvironment(file.path)
		if err != nil && !file.optional {
			return nil, fmt.Errorf("EnvironmentFile=%s: %w", file.path, err)
		}
		environment = append(environment, s.inRoot(assignments)...)
	}
	return append(environment, s.environment...), nil
}

// readEnvironment logs once which lines of the file systemd ignores.
func (s *service) readEnvironment(path string) ([]string, error) {
	text, err := os.ReadFile(filepath.Join(s.root, path))
	if err != nil {
		return nil, err
	}
	assignments, ignored, err := systemd.ReadEnvironment(string(text))
	for _, reason := range ignored {
		if s.restarts == 0 {
			fmt.Fprintf(s.log, "EnvironmentFile=%s: %s; it is left out, as on AWS\n", path, reason)
		}
	}
	return assignments, err
}

func (s *service) ended(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.main, s.failed = nil, !isClean(err)
}

// state returns systemd's word for the state, and the number of restarts.
func (s *service) state() (word string, restarts int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case <-s.done:
		if s.failed {
			return "failed", s.restarts
		}
		return "inactive", s.restarts
	default:
	}
	if s.main == nil {
		return "activating", s.restarts
	}
	return "active", s.restarts
}

// runs reports whether the service has a process.
func (s *service) runs() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.main != nil
}

// stop asks all processes of the service to end, and waits until they have ended or the unit's time
// is over.
func (s *service) stop() { s.end((*kept).askToEnd) }

// kill kills all processes of the service and waits for them.
func (s *service) kill() { s.end((*kept).kill) }

func (s *service) end(how func(*kept)) {
	s.cancel()
	s.mu.Lock()
	if s.main != nil {
		how(s.main)
	}
	s.mu.Unlock()
	<-s.done
}

func (s *service) pids() []int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.main == nil {
		return nil
	}
	return s.main.pids()
}
