package process

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"photogallery/release"
)

// runOnce runs a command as the image's service would run, keeps its result and reports it, as
// gallery-ami/recipe/run.sh does on AWS.
func (m *instance) runOnce() {
	task, err := m.kind.options.Recipe.Run(m.spec.UserData)
	if err == nil {
		err = m.run(task)
	}
	if err != nil {
		fmt.Fprintln(m.log, err)
	}
	m.report(task.Source, task.Release, err)
}

// run returns the reason for a report of a failure.
func (m *instance) run(task Run) error {
	runner, script, err := m.prepareRun(task)
	if err != nil {
		return fmt.Errorf("the command did not run: %w", err)
	}
	result, err := runner.once(m.life, script, task.Limit)
	if err != nil {
		return fmt.Errorf("the command did not run: %w", err)
	}
	if m.life.Err() != nil {
		return m.life.Err() // nobody waits for the output of a terminated instance
	}
	content, err := release.EncodeRun(result)
	if err == nil {
		err = m.kind.options.Store(task.Bucket, task.Output, content)
	}
	switch {
	case err != nil:
		return fmt.Errorf("the command ended with exit status %d, and its output could not be kept: %w", result.ExitStatus, err)
	case result.TimedOut:
		return fmt.Errorf("the command took longer than %s and was ended", task.Limit)
	case result.ExitStatus != 0:
		return fmt.Errorf("the command ended with exit status %d", result.ExitStatus)
	}
	return nil
}

// prepareRun fetches what the command needs, and returns the image's service, which does not start,
// and the script's path.
func (m *instance) prepareRun(task Run) (*service, string, error) {
	if err := m.configure(); err != nil {
		return nil, "", err
	}
	unit, err := m.readUnit(serviceName)
	if err != nil {
		return nil, "", err
	}
	object, err := m.kind.options.Object(task.Bucket, task.Command)
	if err != nil {
		return nil, "", fmt.Errorf("s3://%s/%s cannot be read: %w", task.Bucket, task.Command, err)
	}
	script, err := io.ReadAll(object)
	const path = "run/photogallery/command"
	runner := &service{kind: m.kind, name: serviceName, unit: unit, root: m.root, environment: m.environment(), log: m.log}
	err = errors.Join(err, object.Close(), m.write(path, []byte(runner.inRoot([]string{string(script)})[0])))
	return runner, filepath.Join(m.root, path), err
}

// once runs a bash script in place of the unit's program. Its error means that it did not run.
func (s *service) once(life context.Context, script string, limit time.Duration) (result release.RunResult, err error) {
	if err := errors.Join(s.makeFolders(), s.makeCredentials()); err != nil {
		return result, err
	}
	defer func() {
		err = errors.Join(err, s.removeFolders(), os.RemoveAll(s.credentialsFolder()))
	}()
	environment, err := s.environ(s.unit.EnvironmentFiles)
	if err != nil {
		return result, err
	}
	output := &lastBytes{most: release.MaxRunOutput}
	command := s.command([]string{"/bin/bash"}, environment)
	command.words, command.output, command.grace = append(command.words, script), output, runGrace
	started, err := s.kind.start(command)
	if err != nil {
		return result, err
	}
	defer context.AfterFunc(life, started.kill)()
	late := time.AfterFunc(limit, started.askToEnd)
	ended := started.wait()
	result.TimedOut = !late.Stop()
	result.ExitStatus, err = exitStatus(ended)
	result.Output, result.Truncated = output.end()
	return result, err
}

// runGrace is the time between the request to end and the kill.
const runGrace = 10 * time.Second

// exitStatus returns the status as a shell does. The error of a keeper is none of the command.
func exitStatus(ended error) (int, error) {
	var how ending
	switch {
	case ended == nil:
		return 0, nil
	case errors.As(ended, &how):
		return how.status(), nil
	}
	return 0, ended
}

// lastBytes keeps the end of what is written.
type lastBytes struct {
	most int
	kept []byte // at most twice as much
	lost bool
}

// Write never fails.
func (l *lastBytes) Write(text []byte) (int, error) {
	l.kept = append(l.kept, text...)
	if len(l.kept) > 2*l.most {
		l.kept, l.lost = append(l.kept[:0], l.kept[len(l.kept)-l.most:]...), true
	}
	return len(text), nil
}

// end returns the last bytes, and whether there were more.
func (l *lastBytes) end() (last []byte, truncated bool) {
	beyond := max(0, len(l.kept)-l.most)
	return l.kept[beyond:], l.lost || beyond > 0
}
