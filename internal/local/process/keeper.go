package process

import (
	"errors"
	"fmt"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"strconv"
	"syscall"
	"time"
)

// keeperName is how this program is called to keep a command: to run it and to end all of it.
//
// A process that leaves its group, its session and its environment, as a daemon does, still has an
// ancestor: the nearest one that adopts orphans. A keeper is that ancestor, of one command, so that
// whatever the command leaves behind can be found, and nothing else with it.
// https://man7.org/linux/man-pages/man2/PR_SET_CHILD_SUBREAPER.2const.html
const keeperName = "photogallery-keeper"

// The keeper's own files, beside the three that it hands to its command.
const (
	holdFile   = 3 // at its end everything is killed: it was closed, or the process that held it has died
	reportFile = 4 // takes a line for the start and one for the end
)

// killEvery is how often what is left is killed, since it may fork meanwhile.
const killEvery = 10 * time.Millisecond

// keep runs the command of the arguments in this process's folder and with its environment. SIGTERM
// asks all of it to end, as systemd asks a control group, and the end of the command itself does the
// same; what is left after the grace, the first argument, is killed. The two after it are what the command inherits. It returns once nothing is left.
func keep(arguments []string) (status int) {
	runtime.LockOSThread() // the command dies with this thread
	debug.FreeOSMemory()   // what the program has set up for its other work
	report := os.NewFile(reportFile, "report")
	grace, err := time.ParseDuration(arguments[0])
	if err = errors.Join(err, inherited{arguments[1], arguments[2]}.set()); err != nil {
		fmt.Fprintln(report, err)
		return 1
	}
	syscall.CloseOnExec(holdFile)
	syscall.CloseOnExec(reportFile)
	asked := make(chan os.Signal, 1)
	signal.Notify(asked, syscall.SIGTERM)
	adoptOrphans()
	pid, err := syscall.ForkExec(arguments[3], arguments[4:], &syscall.ProcAttr{
		Env: os.Environ(), Files: []uintptr{0, 1, 2}, Sys: groupAttributes(),
	})
	if err != nil {
		fmt.Fprintln(report, err)
		return 1
	}
	fmt.Fprintln(report, "runs "+strconv.Itoa(pid))
	k := keeper{pid: pid, ended: make(chan syscall.WaitStatus, 1), gone: make(chan struct{}), cut: make(chan struct{})}
	go k.reap()
	go k.hold()
	fmt.Fprintln(report, strconv.FormatUint(uint64(k.wait(asked, grace)), 10))
	return 0
}

type keeper struct {
	pid   int
	ended chan syscall.WaitStatus // takes the command's own status
	gone  chan struct{}           // closed when nothing of it is left
	cut   chan struct{}           // closed when nobody wants it any more
}

// reap waits for the command and for all that it left: this process has no other children.
func (k keeper) reap() {
	defer close(k.gone)
	for {
		var status syscall.WaitStatus
		switch pid, err := syscall.Wait4(-1, &status, 0, nil); {
		case err == syscall.EINTR:
		case err != nil:
			return // there are none
		case pid == k.pid:
			k.ended <- status
		}
	}
}

func (k keeper) hold() {
	_, _ = os.NewFile(holdFile, "hold").Read(make([]byte, 1)) // nothing is ever written
	close(k.cut)
}

// wait returns the command's status once nothing of it is left.
func (k keeper) wait(asked <-chan os.Signal, grace time.Duration) (status syscall.WaitStatus) {
	var late <-chan time.Time
	cut, ended := k.cut, k.ended
	end := func() {
		if late == nil {
			k.signal(syscall.SIGTERM)
			k.signal(syscall.SIGCONT) // a stopped process would not hear of it
			late = time.After(grace)
		}
	}
	for {
		select {
		case <-k.gone:
			select {
			case status = <-ended:
			default:
			}
			return status
		case status = <-ended:
			ended = nil
			end()
		case <-asked:
			end()
		case <-late:
			return k.kill(status)
		case <-cut:
			return k.kill(status)
		}
	}
}

// kill ends all that it may. A process that has become another user's, as sudo does, it may not.
func (k keeper) kill(status syscall.WaitStatus) syscall.WaitStatus {
	for {
		mayEnd := k.signal(syscall.SIGKILL)
		select {
		case status = <-k.ended:
		case <-k.gone:
			select {
			case status = <-k.ended:
			default:
			}
			return status
		case <-time.After(killEvery):
			if !mayEnd {
				return status
			}
		}
	}
}

// signal reports whether the end may come of it: false if there are processes and none may be reached.
func (k keeper) signal(what syscall.Signal) bool {
	family := k.family()
	reached := len(family) == 0
	for _, pid := range family {
		reached = syscall.Kill(pid, what) != syscall.EPERM || reached
	}
	return reached
}
