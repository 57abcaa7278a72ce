//go:build boot

package boot

import (
	"context"
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	gopsutil "github.com/shirou/gopsutil/v4/process"

	"photogallery/conformance/emulator"
)

// forwardMode has this executable stand between a machine's connection, which is its standard input and output,
// and an address.
const forwardMode = "forward"

// TestMain fails when a process is left that the tests have started.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == forwardMode {
		forward(os.Args[2])
		return
	}
	code := m.Run()
	if left := children(context.Background()); len(left) > 0 {
		fmt.Fprintf(os.Stderr, "processes are left: %q\n", left)
		code = 1
	}
	os.Exit(code)
}

func forward(to string) {
	connection, err := net.Dial("tcp", to)
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	go func() {
		_, _ = io.Copy(connection, os.Stdin) // either side may go first
		_ = connection.(*net.TCPConn).CloseWrite()
	}()
	_, _ = io.Copy(os.Stdout, connection)
}

// children ends the children of this process that live, and returns their command lines.
func children(ctx context.Context) (left []string) {
	self, err := gopsutil.NewProcessWithContext(ctx, int32(os.Getpid()))
	if err != nil {
		return []string{err.Error()}
	}
	living, _ := self.ChildrenWithContext(ctx) // none is an error
	for _, child := range living {
		command, _ := child.CmdlineWithContext(ctx)
		if command == "" {
			continue // it has ended
		}
		left = append(left, command)
		_ = child.KillWithContext(ctx)
	}
	return left
}

// disks is the folder with a machine's disk, kernel and first file system, and how to run them.
type disks struct{ folder, accelerator string }

func (d disks) path(name string) string { return filepath.Join(d.folder, name) }

// openDisks makes them the first time, below bin, for the files that they follow from.
func openDisks(t *testing.T) disks {
	t.Helper()
	var missing []string
	for _, program := range []string{"qemu-system-x86_64", "mmdebstrap", "mkfs.ext4", "debugfs", "dumpe2fs"} {
		if _, err := exec.LookPath(program); err != nil {
			missing = append(missing, program)
		}
	}
	if len(missing) > 0 {
		t.Fatalf("not installed: %s; on Debian, apt-get install qemu-system-x86 mmdebstrap debian-archive-keyring e2fsprogs", strings.Join(missing, ", "))
	}
	root, err := emulator.Root()
	if err != nil {
		t.Fatal(err)
	}
	d := disks{folder: filepath.Join(root, "bin", "boot", recipeOfDisk(t, root))}
	if _, err := os.Stat(d.path("root.img")); err != nil {
		d.make(t, root)
	}
	d.accelerator = d.fastest(t)
	return d
}

// recipeOfDisk names the disk by all that goes into it.
func recipeOfDisk(t *testing.T, root string) string {
	t.Helper()
	sum := sha256.New()
	add := func(path string, _ fs.DirEntry, err error) error {
		if content, read := os.ReadFile(path); err == nil && read == nil {
			fmt.Fprintf(sum, "%s %d\n%s", path[len(root):], len(content), content)
		}
		return err
	}
	for _, from := range []string{"conformance/boot/rootfs.sh", "conformance/boot/files", "conformance/requirements.txt"} {
		if err := filepath.WalkDir(filepath.Join(root, from), add); err != nil {
			t.Fatal(err)
		}
	}
	return fmt.Sprintf("%x", sum.Sum(nil)[:8])
}

func (d disks) make(t *testing.T, root string) {
	t.Helper()
	site, err := filepath.Glob(filepath.Join(root, "conformance/.venv/lib/python3.*/site-packages"))
	if err != nil || len(site) != 1 {
		t.Fatalf("the AWS CLI is not installed: make boot installs it: %v, %q", err, site)
	}
	work := d.folder + ".new"
	if err := os.MkdirAll(work, 0o755); err != nil {
		t.Fatal(err)
	}
	line := []string{filepath.Join(root, "conformance/boot/rootfs.sh"), work, site[0]}
	if os.Getuid() != 0 {
		line = append([]string{"sudo", "-n"}, line...)
	}
	if said, err := exec.CommandContext(t.Context(), line[0], line[1:]...).CombinedOutput(); err != nil {
		t.Fatalf("the disk cannot be made: %v\n%s", err, said)
	}
	if err := os.Rename(work, d.folder); err != nil {
		t.Fatal(err)
	}
}

// fastest looks whether a machine boots with KVM: one that is virtual itself may have it and hang.
func (d disks) fastest(t *testing.T) string {
	t.Helper()
	const emulated = "tcg,thread=multi"
	if device, err := os.OpenFile("/dev/kvm", os.O_RDWR, 0); err != nil || device.Close() != nil {
		return emulated
	}
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	said, _ := exec.CommandContext(ctx, "qemu-system-x86_64", "-nodefaults", "-display", "none", "-machine", "q35", "-accel", "kvm", "-cpu", "qemu64", //nolint:gosec // our own
		"-m", "512", "-kernel", d.path("vmlinuz"), "-initrd", d.path("initrd"), "-append", "console=ttyS0 panic=-1 rdinit=/none root=/dev/none",
		"-no-reboot", "-serial", "stdio").CombinedOutput()
	if strings.Contains(string(said), "Kernel panic") {
		return "kvm"
	}
	return emulated
}
