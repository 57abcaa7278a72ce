package emulator

import (
	"context"
	"errors"
	"fmt"
	"os"
	"testing"
	"time"

	gopsutil "github.com/shirou/gopsutil/v4/process"
	"golang.org/x/sys/unix"
)

// outliving is for how long a process may outlive the tests: the go command's own do for a moment.
const outliving = 10 * time.Second

// Main runs the tests of a package, as its TestMain, and does not return. It fails when a process is left that
// they have started: the emulator, the functions, the CDK.
func Main(m *testing.M) {
	if err := adopt(); err != nil {
		panic(err)
	}
	code := m.Run()
	if err := orphans(context.Background(), outliving); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// adopt makes this process the parent of whatever the tests start and leave behind.
func adopt() error { return unix.Prctl(unix.PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) }

// orphans names the children that have not ended by themselves when patience is over, and ends them.
func orphans(ctx context.Context, patience time.Duration) (err error) {
	self, err := gopsutil.NewProcessWithContext(ctx, int32(os.Getpid()))
	if err != nil {
		return err
	}
	deadline := time.Now().Add(patience)
	for {
		left, err := living(ctx, self)
		if err != nil || len(left) == 0 {
			return err
		}
		if time.Now().After(deadline) {
			return end(ctx, left)
		}
		time.Sleep(50 * time.Millisecond)
	}
}

// living returns the children that are not merely waiting to be reaped.
func living(ctx context.Context, of *gopsutil.Process) (left []*gopsutil.Process, err error) {
	children, err := of.ChildrenWithContext(ctx)
	for _, child := range children {
		status, err := child.StatusWithContext(ctx)
		if err == nil && status[0] != gopsutil.Zombie {
			left = append(left, child)
		}
	}
	return left, err
}

func end(ctx context.Context, left []*gopsutil.Process) (err error) {
	for _, one := range left {
		command, _ := one.CmdlineWithContext(ctx) // for the message alone
		err = errors.Join(err, fmt.Errorf("process %d is left: %s", one.Pid, command), one.KillWithContext(ctx))
	}
	return err
}
