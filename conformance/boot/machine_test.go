//go:build boot

package boot

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"photogallery/internal/patience"
)

// The network of every machine: it reaches the metadata service and AWS, and nothing else.
const (
	subnet   = "169.254.169.0/24"
	address  = "169.254.169.15"
	services = "169.254.169.254"
	endpoint = "169.254.169.253" // root/etc/systemd/system.conf.d names it
)

// cmdline spares an emulated kernel what a test has no use for.
const cmdline = "root=/dev/vda rw console=ttyS0 net.ifnames=0 quiet no_timer_check mitigations=off init_on_alloc=0 rcupdate.rcu_expedited=1 audit=0 apparmor=0"

// hang is longer than anything takes, on a slow machine that does other work while it emulates another.
const hang = 30 * time.Minute

// machine is a virtual machine that takes itself for an instance of EC2.
type machine struct {
	instance string
	metadata *metadata
	http     string // its port 80, from here
	started  time.Time
	folder   string
	process  *exec.Cmd
	ended    chan struct{} // closed when QEMU has
	input    io.Writer     // the second serial line
	output   *bufio.Reader
}

// boot starts a machine, which ends with ctx. What it writes to its disk is lost, unless keep is set.
func (d disks) boot(ctx context.Context, folder, instance, userData, disk, aws string, keep bool) (*machine, error) {
	m := &machine{instance: instance, metadata: newMetadata(instance, userData), folder: folder, ended: make(chan struct{})}
	server := httptest.NewServer(m.metadata)
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	m.http = "127.0.0.1:" + strconv.Itoa(port)
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	forward := func(ip, to string) string {
		return fmt.Sprintf(",guestfwd=tcp:%s:80-cmd:%s %s %s", ip, self, forwardMode, to)
	}
	uuid := "ec2" + instance[2:7] + "-0000-4000-8000-" + instance[7:19]
	snapshot := "on"
	if keep {
		snapshot = "off"
	}
	m.process = exec.CommandContext(ctx, "qemu-system-x86_64", "-nodefaults", "-no-user-config", "-display", "none",
		"-machine", "q35", "-accel", d.accelerator, "-cpu", "qemu64,-svm", "-m", "1024",
		"-kernel", d.path("vmlinuz"), "-initrd", d.path("initrd"), "-append", cmdline,
		"-drive", "file="+disk+",if=virtio,format=raw,cache=unsafe,snapshot="+snapshot, "-device", "virtio-rng-pci",
		"-netdev", "user,id=net,ipv6=off,restrict=on,net="+subnet+",dhcpstart="+address+",hostfwd=tcp:"+m.http+"-:80"+
			forward(services, server.Listener.Addr().String())+forward(endpoint, aws),
		"-device", "virtio-net-pci,netdev=net,mac="+macOf(instance),
		// cloud-init wants the serial number to be the UUID, as it is on EC2, before it asks for a token.
		"-smbios", "type=1,uuid="+uuid+",serial="+uuid+",manufacturer=Amazon EC2",
		"-smbios", "type=2,asset="+instance,
		"-serial", "file:"+filepath.Join(folder, "console.log"), "-serial", "stdio", "-monitor", "unix:"+filepath.Join(folder, "monitor")+",server=on,wait=off")
	m.process.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	said := &strings.Builder{}
	m.process.Stderr = said
	if m.input, err = m.process.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := m.process.StdoutPipe()
	if err != nil {
		return nil, err
	}
	m.output, m.started = bufio.NewReader(out), time.Now()
	if err := m.process.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = m.process.Wait() // which fails when the machine is ended
		server.Close()
		if m.process.ProcessState.ExitCode() > 0 {
			fmt.Fprintf(os.Stderr, "QEMU of %s: %s\n", instance, said)
		}
		close(m.ended)
	}()
	return m, m.ready()
}

func freePort() (int, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	return listener.Addr().(*net.TCPAddr).Port, listener.Close()
}

// ready blocks until the machine has booted as far as to its shell.
func (m *machine) ready() error {
	_, err := m.until("ready")
	return err
}

// until reads lines up to the one that ends like this, and returns what is before it there.
func (m *machine) until(end string) (string, error) {
	for {
		line, err := m.output.ReadString('\n')
		if err != nil {
			console, _ := os.ReadFile(filepath.Join(m.folder, "console.log")) // for the message alone
			return "", fmt.Errorf("%s has ended: %w\n%s", m.instance, err, tail(string(console), 3000))
		}
		if before, found := strings.CutSuffix(strings.TrimRight(line, "\r\n"), end); found {
			return before, nil
		}
	}
}

// run runs a script as root and returns what it says.
func (m *machine) run(script string) (string, error) {
	if _, err := fmt.Fprintf(m.input, "{ %s\n} </dev/null 2>&1 | base64 -w0; echo ' '${PIPESTATUS[0]} said\n", script); err != nil {
		return "", err
	}
	line, err := m.until(" said")
	if err != nil {
		return "", err
	}
	encoded, status, _ := strings.Cut(line, " ")
	said, err := base64.StdEncoding.DecodeString(encoded)
	if err == nil && status != "0" {
		err = fmt.Errorf("exit status %s", status)
	}
	return strings.TrimSpace(string(said)), err
}

// answers blocks until the service answers, and returns the time since then.
func (m *machine) answers(ctx context.Context, since time.Time) (time.Duration, error) {
	client := http.Client{Timeout: 5 * time.Second}
	ctx, cancel := context.WithTimeout(ctx, hang)
	defer cancel()
	for {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+m.http+"/", nil)
		if err != nil {
			return 0, err
		}
		response, err := client.Do(request)
		if err == nil {
			_ = response.Body.Close() // only the status is looked at
			if response.StatusCode == http.StatusOK {
				return time.Since(since), nil
			}
			err = errors.New(response.Status)
		}
		if patience.Pause(ctx, time.Second) != nil {
			return 0, fmt.Errorf("no answer of 200 from port 80: %w", err)
		}
	}
}

// powerDown presses the power button, as CreateImage does, and waits until the machine is off.
func (m *machine) powerDown(ctx context.Context) error {
	var dialer net.Dialer
	monitor, err := dialer.DialContext(ctx, "unix", filepath.Join(m.folder, "monitor"))
	if err != nil {
		return err
	}
	defer monitor.Close()
	if _, err := io.WriteString(monitor, "system_powerdown\n"); err != nil {
		return err
	}
	select {
	case <-m.ended:
		return nil
	case <-time.After(hang):
		return errors.New("the machine does not end")
	}
}

// end takes the machine's power away.
func (m *machine) end() {
	_ = m.process.Process.Kill() // it may have ended
	<-m.ended
}

func tail(text string, length int) string { return text[max(0, len(text)-length):] }
