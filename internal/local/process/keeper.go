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

// keeperName is the name under which this program keeps a command: it runs the command and ends all
// its processes.
//
// A process may leave its group, its session and its environment, as a daemon does, but the nearest
// ancestor that adopts orphans remains its ancestor. A keeper is that ancestor for one command, so
// that exactly the processes of the command can be found.
// https://man7.org/linux/man-pages/man2/PR_SET_CHILD_SUBREAPER.2const.html
const keeperName = "photogallery-keeper"

// The keeper's own files, after the three that its command inherits.
const (
	holdFile   = 3 // its end kills everything: it was closed, or the process that held it has died
	reportFile = 4 // receives a line at the start and one at the end
)

// killEvery is the interval between kills, because processes may fork in the meantime.
const killEvery = 10 * time.Millisecond

// keep runs the command in the arguments in this process's folder and environment. SIGTERM asks all
// its processes to end, as systemd asks a control group, and so does the end of the command itself.
// After the grace, the first argument, the rest is killed. The next two arguments are what the
// command inherits. It returns when no process is left.
func keep(arguments []string) (status int) {
	runtime.LockOSThread() // the command dies with this thread
	debug.FreeOSMemory()   // signal handlers of the program's other work
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
	hearIgnored()
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

// hearIgnored gives the command the default of signals that this process inherited as ignored, as
// from nohup: systemd does so for a service. A signal that is caught has its default after exec.
// https://man7.org/linux/man-pages/man7/signal.7.html
func hearIgnored() {
	for _, inherited := range []os.Signal{syscall.SIGHUP, syscall.SIGINT} { // the ones that Go leaves ignored
		if signal.Ignored(inherited) {
			signal.Notify(make(chan os.Signal, 1), inherited)
		}
	}
}

type keeper struct {
	pid   int
	ended chan syscall.WaitStatus // receives the command's own status
	gone  chan struct{}           // closed when no process is left
	cut   chan struct{}           // closed when the result is not needed any more
}

// reap waits for the command and its descendants: this process has no other children.
func (k keeper) reap() {
	defer close(k.gone)
	for {
		var status syscall.WaitStatus
		switch pid, err := syscall.Wait4(-1, &status, 0, nil); {
		case err == syscall.EINTR:
		case err != nil:
			return // there are no children
		case pid == k.pid:
			k.ended <- status
		}
	}
}

func (k keeper) hold() {
	_, _ = os.NewFile(holdFile, "hold").Read(make([]byte, 1)) // nothing is ever written
	close(k.cut)
}

// wait returns the command's status when no process is left.
func (k keeper) wait(asked <-chan os.Signal, grace time.Duration) (status syscall.WaitStatus) {
	var late <-chan time.Time
	cut, ended := k.cut, k.ended
	end := func() {
		if late == nil {
			k.signal(syscall.SIGTERM)
			k.signal(syscall.SIGCONT) // a stopped process would not receive it
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

// kill kills every process that it may. It may not kill a process of another user, as of sudo.
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

// signal reports whether the signal can have an effect: false if there are processes and none may
// be signaled.
func (k keeper) signal(what syscall.Signal) bool {
	family := k.family()
	reached := len(family) == 0
	for _, pid := range family {
		reached = syscall.Kill(pid, what) != syscall.EPERM || reached
	}
	return reached
}
