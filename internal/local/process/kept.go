package process

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

// command is a program for a keeper to run.
type command struct {
	words       []string // the first is a program's path, or its name in this process's PATH
	folder      string
	environment []string
	output      io.Writer
	grace       time.Duration // from the request to end, or from its end, until the rest is killed
	inherited   inherited
}

// kept is a command under a keeper. When it is killed, or when this process dies, all its processes
// end.
type kept struct {
	keeper *exec.Cmd
	said   *bufio.Reader // reads report
	report *os.File
	hold   *os.File
	cut    sync.Once
}

// start returns when the command runs or could not be started.
func (k *Kind) start(c command) (*kept, error) {
	program, err := exec.LookPath(c.words[0])
	if err != nil {
		return nil, err
	}
	var held, hold, report, reported *os.File
	if held, hold, err = os.Pipe(); err != nil {
		return nil, err
	}
	defer held.Close()
	if report, reported, err = os.Pipe(); err != nil {
		return nil, errors.Join(err, hold.Close())
	}
	defer reported.Close()
	//nolint:gosec,noctx // what a bundle runs is what it is released for; hold ends it
	keeper := exec.Command(k.options.Program)
	keeper.Args = append([]string{keeperName, c.grace.String(), c.inherited.umask, c.inherited.files, program}, c.words...)
	keeper.Dir, keeper.Env, keeper.Stdout, keeper.Stderr = c.folder, c.environment, c.output, c.output
	keeper.ExtraFiles = []*os.File{held, reported}
	keeper.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // protects it from the terminal's Ctrl-C
	keeper.WaitDelay = time.Second
	started := &kept{keeper: keeper, said: bufio.NewReader(report), report: report, hold: hold}
	if err := keeper.Start(); err != nil {
		return nil, errors.Join(err, hold.Close(), report.Close())
	}
	_ = reported.Close() // only the keeper's copy stays open, so that its end is seen
	if word := started.line(); !strings.HasPrefix(word, "runs ") {
		started.kill()
		_ = started.wait() // its line is the reason
		return nil, fmt.Errorf("start %s: %s", program, cmp.Or(word, "the keeper ended"))
	}
	return started, nil
}

// line returns the keeper's next line, or "" if it has ended without one.
func (c *kept) line() string {
	line, _ := c.said.ReadString('\n') // the only error is an end
	return strings.TrimSuffix(line, "\n")
}

// runCommand starts a command and waits for its end. The end of the context kills it.
func (k *Kind) runCommand(ctx context.Context, c command) error {
	started, err := k.start(c)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, started.kill)()
	return started.wait()
}

// wait returns when no process of the command is left. Its error, if the command did not exit with
// status 0, is an ending.
func (c *kept) wait() error {
	word := c.line()
	err := c.keeper.Wait()
	c.kill()
	_ = c.report.Close() // it was only read
	status, unknown := strconv.ParseUint(word, 10, 32)
	switch {
	case unknown != nil:
		return fmt.Errorf("the keeper ended: %w", err)
	case status != 0:
		return ending(status)
	}
	return nil
}

// askToEnd sends SIGTERM to all processes of the command, and SIGKILL after its grace.
func (c *kept) askToEnd() { _ = c.keeper.Process.Signal(syscall.SIGTERM) } // it may have ended already

// kill kills all processes of the command at once. wait returns then.
func (c *kept) kill() { c.cut.Do(func() { _ = c.hold.Close() }) }

// pids returns the processes of the command.
func (c *kept) pids() []int { return descendants(c.keeper.Process.Pid) }

// ending is the failed end of a command.
type ending syscall.WaitStatus

// Error uses the words of os/exec.
func (e ending) Error() string {
	status := syscall.WaitStatus(e)
	if status.Signaled() {
		return "signal: " + status.Signal().String()
	}
	return "exit status " + strconv.Itoa(status.ExitStatus())
}

// status returns the exit status as a shell does: 128 and the number of a signal.
func (e ending) status() int {
	status := syscall.WaitStatus(e)
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}
