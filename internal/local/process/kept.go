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

// command is the program that a keeper runs.
type command struct {
	words       []string // the first is a program's path, or its name in this process's PATH
	folder      string
	environment []string
	output      io.Writer
	grace       time.Duration // from being asked to end, or from its end, until what is left is killed
	inherited   inherited
}

// kept is a command that runs under a keeper. When it is killed, and when this process dies in
// whatever way, all that has come of it ends.
type kept struct {
	keeper *exec.Cmd
	said   *bufio.Reader // of report
	report *os.File
	hold   *os.File
	cut    sync.Once
}

// start returns once the command runs, or could not be started.
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
	keeper.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // keeps the terminal's Ctrl-C from it
	keeper.WaitDelay = time.Second
	started := &kept{keeper: keeper, said: bufio.NewReader(report), report: report, hold: hold}
	if err := keeper.Start(); err != nil {
		return nil, errors.Join(err, hold.Close(), report.Close())
	}
	_ = reported.Close() // the keeper's copy alone is left, whose end is then seen
	if word := started.line(); !strings.HasPrefix(word, "runs ") {
		started.kill()
		_ = started.wait() // its word is the reason
		return nil, fmt.Errorf("start %s: %s", program, cmp.Or(word, "the keeper ended"))
	}
	return started, nil
}

// line returns the keeper's next word, or "" if it has ended without one.
func (c *kept) line() string {
	line, _ := c.said.ReadString('\n') // an end is the only error
	return strings.TrimSuffix(line, "\n")
}

// runCommand starts a command and waits for its end; the end of the context kills it.
func (k *Kind) runCommand(ctx context.Context, c command) error {
	started, err := k.start(c)
	if err != nil {
		return err
	}
	defer context.AfterFunc(ctx, started.kill)()
	return started.wait()
}

// wait returns once nothing of the command is left. Its error, if the command did not end with
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

// askToEnd sends SIGTERM to all that has come of the command, and SIGKILL after its grace.
func (c *kept) askToEnd() { _ = c.keeper.Process.Signal(syscall.SIGTERM) } // it may have ended already

// kill ends all that has come of the command at once; wait returns then.
func (c *kept) kill() { c.cut.Do(func() { _ = c.hold.Close() }) }

// pids returns the processes of the command.
func (c *kept) pids() []int { return descendants(c.keeper.Process.Pid) }

// ending is how a command ended that did not succeed.
type ending syscall.WaitStatus

// Error is in the words of os/exec.
func (e ending) Error() string {
	status := syscall.WaitStatus(e)
	if status.Signaled() {
		return "signal: " + status.Signal().String()
	}
	return "exit status " + strconv.Itoa(status.ExitStatus())
}
