package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	gopsutil "github.com/shirou/gopsutil/v4/process"

	"photogallery/internal/local/control"
)

// benchUp measures `gallery up` from a built binary: to its first answer, its memory, and what its
// load balancer adds.
func benchUp(ctx context.Context, folder string, seconds int) error {
	program := filepath.Join(folder, "gallery")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "./cmd/gallery")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build gallery: %w\n%s", err, out)
	}
	fmt.Println("| `gallery up` | |\n|---|---|")
	data := filepath.Join(folder, "data")
	for _, what := range []string{"without an image", "with an image"} {
		if err := upOnce(ctx, program, data, what, seconds); err != nil {
			return err
		}
	}
	return nil
}

func upOnce(ctx context.Context, program, data, what string, seconds int) (err error) {
	began := time.Now()
	up := exec.CommandContext(ctx, program, "up", "--data", data, "--address", "127.0.0.1:0")
	up.Cancel = func() error { return up.Process.Signal(syscall.SIGTERM) }
	if err := up.Start(); err != nil {
		return err
	}
	defer func() {
		_ = up.Process.Signal(syscall.SIGTERM)
		if ended := up.Wait(); err == nil {
			err = ended
		}
	}()
	where, err := awaitEndpoint(ctx, data, up.Process.Pid)
	if err != nil {
		return err
	}
	if err := answers(ctx, where.Gallery+"/"); err != nil {
		return err
	}
	fmt.Printf("| first answer, %s | %.2f s |\n", what, time.Since(began).Seconds())
	if what != "with an image" {
		return nil
	}
	time.Sleep(5 * time.Second) // idle
	return measureUp(ctx, where, up.Process.Pid, seconds)
}

func awaitEndpoint(ctx context.Context, data string, pid int) (control.Endpoint, error) {
	for {
		if where, err := control.Find(data); err == nil && where.PID == pid {
			return where, nil
		}
		select {
		case <-ctx.Done():
			return control.Endpoint{}, ctx.Err()
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func measureUp(ctx context.Context, where control.Endpoint, pid, seconds int) error {
	status, err := control.NewClient(where).Status(ctx)
	if err != nil {
		return err
	}
	fmt.Printf("| memory of `gallery up`, idle | %s |\n", memory(pid))
	instance := status.Instances[0].Address
	if process := listening(instance); process != 0 {
		fmt.Printf("| memory of an idle instance that runs the gallery binary | %s |\n", memory(process))
	}
	direct, err := run(ctx, "http://"+instance+"/", 1, seconds)
	if err != nil {
		return err
	}
	through, err := run(ctx, where.Gallery+"/", 1, seconds)
	if err != nil {
		return err
	}
	fmt.Printf("| the load balancer adds, one connection | %s to %s (p50), p99 %s |\n", through.p50-direct.p50, direct.p50, through.p99)
	return nil
}

// listening is the process that listens on the address; 0 for none.
func listening(address string) int {
	all, _ := gopsutil.Processes() // without them there is none
	for _, one := range all {
		connections, err := one.Connections()
		if err != nil {
			continue
		}
		for _, c := range connections {
			if c.Status == "LISTEN" && c.Laddr.IP+":"+strconv.Itoa(int(c.Laddr.Port)) == address {
				return int(one.Pid)
			}
		}
	}
	return 0
}

// memory is a process's resident set, with what of it is its own: the rest are pages of its
// executable, which all that run it share.
func memory(pid int) string {
	one, err := gopsutil.NewProcess(int32(pid))
	if err != nil {
		return "unknown"
	}
	maps, err := one.MemoryMaps(true)
	if err != nil || len(*maps) == 0 {
		return "unknown"
	}
	m := (*maps)[0]
	return strings.TrimSpace(fmt.Sprintf("%.0f MB, of which %.0f MB are not its executable's", float64(m.Rss)/1e3, float64(m.Anonymous)/1e3))
}
