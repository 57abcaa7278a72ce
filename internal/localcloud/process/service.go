package process

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"time"
)

// service runs one unit in a machine's root folder and restarts it as the unit says.
type service struct {
	unit        Unit
	root        string
	environment []string // HOST, PORT and the rest, after the unit's own
	log         io.Writer

	mu      sync.Mutex
	process *os.Process
	group   int // the last process's, whose children may outlive it; 0 once all were killed
	cancel  context.CancelFunc
	done    chan struct{}
}

// start begins to supervise; it returns once the first process runs, or could not be started. The
// end of the machine's life ends what prepares the service and starts it no more.
func (s *service) start(life context.Context) error {
	ctx, cancel := context.WithCancel(life)
	s.cancel, s.done = cancel, make(chan struct{})
	command, err := s.launch(ctx)
	if err != nil {
		cancel()
		close(s.done)
		return err
	}
	go s.supervise(ctx, command)
	return nil
}

func (s *service) supervise(ctx context.Context, command *exec.Cmd) {
	defer close(s.done)
	for {
		err := command.Wait()
		s.remember(nil)
		if ctx.Err() == nil {
			s.killGroup() // as systemd does: what is left could hold the service's port
		}
		if ctx.Err() != nil || s.unit.Restart == "no" || s.unit.Restart == "on-failure" && err == nil {
			return
		}
		fmt.Fprintf(s.log, "the service ended (%v) and is started again\n", ended(err))
		for {
			select {
			case <-ctx.Done():
				return
			case <-time.After(s.unit.RestartDelay):
			}
			if command, err = s.launch(ctx); err == nil {
				break
			}
			fmt.Fprintf(s.log, "the service does not start: %v\n", err)
		}
	}
}

func ended(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

func (s *service) launch(ctx context.Context) (*exec.Cmd, error) {
	environment, err := s.environ()
	if err != nil {
		return nil, err
	}
	for _, before := range s.unit.Before {
		if err := s.command(ctx, before, environment).Run(); err != nil {
			return nil, fmt.Errorf("ExecStartPre %s: %w", strings.Join(before, " "), err)
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	// Its end is decided by stop, which gives it time to drain.
	command := s.command(context.WithoutCancel(ctx), s.unit.Start, environment)
	if err := command.Start(); err != nil {
		return nil, err
	}
	s.process, s.group = command.Process, command.Process.Pid
	return command, nil
}

func (s *service) command(ctx context.Context, words, environment []string) *exec.Cmd {
	words = expand(inRoot(s.root, words), environment)
	command := exec.CommandContext(ctx, words[0], words[1:]...)
	command.Cancel = func() error { kill(command.Process.Pid); return nil }
	command.Dir = s.root
	if s.unit.WorkingDirectory != "" {
		command.Dir = filepath.Join(s.root, s.unit.WorkingDirectory)
	}
	command.Env, command.Stdout, command.Stderr = environment, s.log, s.log
	command.WaitDelay = time.Second
	ownGroup(command)
	return command
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

func (s *service) remember(process *os.Process) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.process = process
}

// pid is the service's process, 0 while none runs.
func (s *service) pid() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.process == nil {
		return 0
	}
	return s.process.Pid
}

// stop asks the service and its children to end, waits as long as the unit allows, then ends them.
// It blocks.
func (s *service) stop() {
	s.askToEnd()
	for end := time.Now().Add(s.unit.StopTimeout); s.runs() && time.Now().Before(end); {
		time.Sleep(10 * time.Millisecond)
	}
	s.kill()
}

// kill ends the service and its children at once and waits for it.
func (s *service) kill() {
	s.cancel()
	s.killGroup()
	<-s.done
}

func (s *service) askToEnd() {
	s.cancel()
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.group != 0 {
		terminate(s.group)
	}
}

func (s *service) killGroup() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.group != 0 {
		kill(s.group)
	}
	s.group = 0
}

// runs tells whether the service is supervised or has left children.
func (s *service) runs() bool {
	select {
	case <-s.done:
	default:
		return true
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.group != 0 && isThere(s.group)
}
