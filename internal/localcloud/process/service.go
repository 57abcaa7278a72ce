package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// service runs one unit in a machine's root folder and restarts it as the unit says.
type service struct {
	kind        *Kind
	unit        Unit
	root        string
	environment []string // HOST, PORT and the rest, after the unit's own
	log         io.Writer

	mu       sync.Mutex
	main     *kept // nil while none runs
	failed   bool  // the last start or run of it
	restarts int
	cancel   context.CancelFunc
	done     chan struct{}
}

// start begins to supervise; it returns once the first process runs, or could not be started. In
// either case the service is started again as its unit says, until it is stopped or killed, or the
// machine's life ends.
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
	}
}

func howItEnded(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

func (s *service) launch(ctx context.Context) (*kept, error) {
	environment, err := s.environ()
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
	return command{
		words: expand(inRoot(s.root, words), environment), folder: filepath.Join(s.root, s.unit.WorkingDirectory),
		environment: environment, output: s.log, grace: s.unit.StopTimeout,
	}
}

// inRoot turns the absolute paths that exist in the machine's root into paths there; what does
// not, like /usr/bin/python3, is this machine's own.
func inRoot(root string, words []string) []string {
	there := make([]string, len(words))
	for i, word := range words {
		there[i] = word
		if path := filepath.Join(root, word); strings.HasPrefix(word, "/") && exists(path) {
			there[i] = path
		}
	}
	return there
}

var variable = regexp.MustCompile(`\$\$|\$\{\w+\}`)

// expand puts in variables as systemd does: ${NAME} anywhere, and $NAME for a word of its own, which
// becomes as many words as its value has.
// https://www.freedesktop.org/software/systemd/man/latest/systemd.service.html#Command%20lines
func expand(words, environment []string) (expanded []string) {
	values := map[string]string{"$$": "$"}
	for _, assignment := range environment {
		name, value, _ := strings.Cut(assignment, "=")
		values["${"+name+"}"] = value
	}
	for _, word := range words {
		if name, isVariable := strings.CutPrefix(word, "$"); isVariable && !strings.ContainsAny(name, "${") {
			expanded = append(expanded, strings.Fields(values["${"+name+"}"])...)
			continue
		}
		expanded = append(expanded, variable.ReplaceAllStringFunc(word, func(found string) string { return values[found] }))
	}
	return expanded
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func (s *service) environ() ([]string, error) {
	environment := []string{"PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "HOME=" + s.root}
	environment = append(environment, s.unit.Environment...)
	for _, file := range s.unit.EnvironmentFiles {
		lines, err := readAssignments(filepath.Join(s.root, file.path))
		isLeftOut := file.optional && errors.Is(err, os.ErrNotExist)
		if err != nil && !isLeftOut {
			return nil, fmt.Errorf("EnvironmentFile: %w", err)
		}
		environment = append(environment, lines...)
	}
	return append(environment, s.environment...), nil
}

func readAssignments(path string) ([]string, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	var assignments []string
	for lines := bufio.NewScanner(file); lines.Scan(); {
		line := strings.TrimSpace(lines.Text())
		name, value, isAssignment := strings.Cut(line, "=")
		if isAssignment && !strings.HasPrefix(line, "#") {
			assignments = append(assignments, name+"="+strings.Trim(value, `"'`))
		}
	}
	return assignments, nil
}

func (s *service) ended(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.main, s.failed = nil, !isClean(err)
}

// state is systemd's word for it, and how often the service was started again.
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

// stop asks all of the service to end, and waits until it has or the unit's time is over.
func (s *service) stop() { s.end((*kept).askToEnd) }

// kill ends all of the service at once and waits for it.
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
