//go:build linux

package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"time"

	gopsutil "github.com/shirou/gopsutil/v4/process"

	"photogallery/internal/local/control"
	"photogallery/internal/patience"
)

// benchUp measures `gallery up` from a built binary: the time to its first page, which says that the first release is
// on its way, and to the gallery; its memory, and what its load balancer adds.
func benchUp(ctx context.Context, folder string, seconds int) error {
	program := filepath.Join(folder, "gallery")
	build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", program, "./cmd/gallery")
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build gallery: %w\n%s", err, out)
	}
	fmt.Println("| `gallery up` | |\n|---|---|")
	for _, what := range []string{"without an image", "with an image"} {
		if err := upOnce(ctx, program, folder, what, seconds); err != nil {
			return err
		}
	}
	return nil
}

func upOnce(ctx context.Context, program, folder, what string, seconds int) (err error) {
	began, data := time.Now(), filepath.Join(folder, "data")
	up := exec.CommandContext(ctx, program, "up", "--data", data, "--address", "127.0.0.1:0")
	up.Env = []string{"HOME=" + folder, "PATH=/usr/bin:/bin"} // as who has an archive and no Go
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
	if err := shows(ctx, where.Gallery+"/"); err != nil {
		return err
	}
	fmt.Printf("| first page, %s | %.2f s |\n", what, time.Since(began).Seconds())
	if err := answers(ctx, where.Gallery+"/"); err != nil {
		return err
	}
	fmt.Printf("| the gallery, %s | %.2f s |\n", what, time.Since(began).Seconds())
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
		if err := patience.Pause(ctx, 5*time.Millisecond); err != nil {
			return control.Endpoint{}, err
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
	return measureBalancer(ctx, "http://"+instance+"/", where.Gallery+"/", seconds)
}

// measureBalancer requests from an instance directly and through the load balancer, alternately.
func measureBalancer(ctx context.Context, instance, balancer string, seconds int) error {
	var direct, through []figures
	added := make([]time.Duration, rounds)
	for round := range added {
		alone, err := run(ctx, instance, 1, seconds)
		if err != nil {
			return err
		}
		both, err := run(ctx, balancer, 1, seconds)
		if err != nil {
			return err
		}
		direct, through = append(direct, alone), append(through, both)
		added[round] = both.p50 - alone.p50
	}
	slices.Sort(added)
	fmt.Printf("| the load balancer adds to an answer, one connection | least %s, median %s, greatest %s to %s (medians); p99 through it %s |\n",
		added[0], added[rounds/2], added[rounds-1],
		median(direct, func(f figures) time.Duration { return f.p50 }), median(through, func(f figures) time.Duration { return f.p99 }))
	return nil
}

// listening returns the process that listens on the address, or 0 for none.
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

// memory holds the memory of an idle process: all its resident pages; its share of them, with pages
// of several processes, as of an executable, divided by their number; and its private pages.
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
	megabytes := func(kibibytes uint64) float64 { return float64(kibibytes) * 1024 / 1e6 }
	return fmt.Sprintf("%.1f MB resident, %.1f MB with shared pages divided, %.1f MB private",
		megabytes(m.Rss), megabytes(m.Pss), megabytes(m.PrivateClean+m.PrivateDirty))
}
