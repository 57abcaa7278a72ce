package main

import (
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"github.com/creack/pty"
	"golang.org/x/term"

	"photogallery/internal/local"
	"photogallery/internal/patience"
)

// session is a pseudo-terminal that the program runs in.
type session struct {
	*testing.T
	*exec.Cmd
	*os.File

	lock    sync.Mutex
	written string
	over    chan struct{} // closed when all was read
}

// inTerminal starts a command line of the program in a terminal of a size.
func inTerminal(t *testing.T, columns, rows uint16, environment string, arguments ...string) *session {
	t.Helper()
	return openTerminal(t, columns, rows, environment, executable(t), arguments...)
}

func executable(t *testing.T) string {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	return self
}

func openTerminal(t *testing.T, columns, rows uint16, environment, program string, arguments ...string) *session {
	t.Helper()
	p := &session{T: t, Cmd: exec.CommandContext(t.Context(), program, arguments...), over: make(chan struct{})}
	p.Env = append(os.Environ(), asProgram+"=1", "TERM=xterm-256color", "CI=", environment)
	var err error
	if p.File, err = pty.StartWithSize(p.Cmd, &pty.Winsize{Cols: columns, Rows: rows}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Close() })
	go p.read()
	return p
}

func (p *session) read() {
	defer close(p.over)
	piece := make([]byte, 4096)
	for {
		n, err := p.Read(piece)
		p.lock.Lock()
		p.written += string(piece[:n])
		p.lock.Unlock()
		if err != nil {
			return // on Linux it is EIO when the program has ended
		}
	}
}

func (p *session) text() string {
	p.lock.Lock()
	defer p.lock.Unlock()
	return p.written
}

// await waits until what was written from there on shows the pattern, and returns where it ends.
func (p *session) await(from int, pattern string) (end int) {
	p.Helper()
	wanted := regexp.MustCompile(pattern)
	for deadline := time.Now().Add(patience.Limit); time.Now().Before(deadline); time.Sleep(10 * time.Millisecond) {
		if at := wanted.FindStringIndex(p.text()[from:]); at != nil {
			return from + at[1]
		}
	}
	p.Fatalf("%q does not come: %q", pattern, p.text()[from:])
	return 0
}

// sends writes what a person types.
func (p *session) sends(keys string) {
	p.Helper()
	if _, err := p.WriteString(keys); err != nil {
		p.Fatal(err)
	}
}

// ends waits for the program's end and returns its exit status.
func (p *session) ends() int {
	p.Helper()
	_ = p.Wait() // its status says it
	select {
	case <-p.over:
	case <-time.After(10 * time.Second): // a system that does not tell the end of a terminal
	}
	return p.ProcessState.ExitCode()
}

// slowly returns a local cloud on which a release takes minutes.
func slowly(t *testing.T) (data string) {
	t.Helper()
	data = t.TempDir()
	options, err := localOptions(data)
	if err != nil {
		t.Fatal(err)
	}
	options.Pace = 1
	up, err := local.Start(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := up.Close(); err != nil {
			t.Error(err)
		}
	})
	return data
}

func TestPictureFollowsItsTerminal(t *testing.T) {
	p := inTerminal(t, 90, 30, "COLORTERM=", "release", "--name", "r1", "--data", slowly(t))
	before, err := term.GetState(int(p.Fd()))
	if err != nil {
		t.Fatal(err)
	}
	wide := p.await(0, `Check image`)
	if all := p.text(); !strings.Contains(all, ansi.HideCursor) || !strings.Contains(all, "\x1b[32m✓") {
		t.Errorf("there is a cursor, or no color: %q", all)
	}
	if err := pty.Setsize(p.File, &pty.Winsize{Cols: 30, Rows: 8}); err != nil {
		t.Fatal(err)
	}
	narrow := p.await(wide, `\d+ done[^\n]*\r\n`) // no picture of 30 rows sums up
	p.sends("\x03")
	if status := p.ends(); status != exitInterrupted {
		t.Errorf("exit status %d", status)
	}
	for line := range strings.SplitSeq(ansi.Strip(p.text()[narrow:]), "\n") {
		if strings.Contains(line, "✓") && ansi.StringWidth(strings.TrimSpace(line)) > 30 {
			t.Errorf("in 30 columns there is %q", line)
		}
	}
	_, end, shown := cutLast(p.text(), ansi.ShowCursor)
	if !shown || strings.Contains(end, ansi.HideCursor) || !strings.Contains(end, "r1 goes on; `gallery execution r1") {
		t.Errorf("it ends with %q", end)
	}
	if after, err := term.GetState(int(p.Fd())); err != nil || *after != *before {
		t.Errorf("the terminal is left in another state, %v", err)
	}
}

func cutLast(text, by string) (before, after string, found bool) {
	at := strings.LastIndex(text, by)
	if at < 0 {
		return text, "", false
	}
	return text[:at], text[at+len(by):], true
}

func TestTeardownAsksAtATerminal(t *testing.T) {
	data := t.TempDir()
	brought(t, data)
	for answer, want := range map[string]int{"\n": exitInterrupted, "no\n": exitInterrupted, "y\n": 0} {
		p := inTerminal(t, 120, 30, "NO_COLOR=1", "teardown", "--data", data)
		p.await(0, `environment main, where nothing serves; photos stay\. Go ahead\? \[y/N\]`)
		p.sends(answer)
		if status := p.ends(); status != want || strings.Contains(p.text(), "Nothing is torn down.") != (want != 0) {
			t.Errorf("%q ends with %d: %s", answer, status, p.text())
		}
	}
	p := inTerminal(t, 120, 30, "NO_COLOR=1", "teardown", "--yes", "--data", data)
	if status := p.ends(); status != 0 || strings.Contains(p.text(), "Go ahead?") {
		t.Errorf("with --yes it ends with %d: %s", status, p.text())
	}
}

func TestCtrlZLeavesTheCursorToTheShell(t *testing.T) {
	p := openTerminal(t, 90, 30, "NO_COLOR=1", "bash", "--norc", "--noprofile", "-i")
	p.sends(executable(t) + " release --name r1 --data " + slowly(t) + "\n")
	begun := p.await(0, `Check image`)
	if strings.Contains(p.text(), "\x1b[3") {
		t.Errorf("with NO_COLOR there are colors: %q", p.text())
	}
	p.sends("\x1a")
	paused := p.await(begun, regexp.QuoteMeta(ansi.ShowCursor)+`(?s).*Stopped`)
	p.sends("fg\n")
	again := p.await(paused, regexp.QuoteMeta(ansi.HideCursor))
	drawn := p.await(again, `✓ Plan`) // whole, below what the shell wrote
	p.sends("\x03")
	p.await(drawn, regexp.QuoteMeta(ansi.ShowCursor)+`(?s).*r1 goes on`)
	p.sends("exit\n")
	p.ends()
}

func TestDumbTerminalGetsPlainLines(t *testing.T) {
	p := inTerminal(t, 90, 30, "TERM=dumb", "release", "--name", "r1", "--data", slowly(t))
	p.await(0, `● Prepare`)
	p.sends("\x03")
	if status := p.ends(); status != exitInterrupted || strings.Contains(p.text(), "\x1b") {
		t.Errorf("exit status %d, %q", status, p.text())
	}
}

// A local cloud that is gone takes its runs with it.
func TestFollowDoesNotClaimARunContinuesWithoutItsCloud(t *testing.T) {
	data := t.TempDir()
	up := inTerminal(t, 60, 24, "", "up", "--pace", "aws", "--data", data, "--address", "127.0.0.1:0", "--console", "127.0.0.1:0")
	up.await(0, `Check image`)
	seen := inTerminal(t, 60, 24, "", "execution", up.execution(), "--data", data)
	seen.await(0, `Check image`)
	up.sends("\x03")
	if status := up.ends(); status != 0 || strings.Contains(up.text(), "Ctrl-C ends it all") || !strings.Contains(up.text(), "Ending the local cloud.") {
		t.Errorf("it ends with status %d: %q", status, up.text())
	}
	if status := seen.ends(); status != exitNothingUp || strings.Contains(seen.text(), "goes on") || !strings.Contains(seen.text(), "start it with `gallery up ") {
		t.Errorf("who follows is told with status %d: %q", status, seen.text())
	}
}

// execution returns the name of the run that is drawn.
func (p *session) execution() string {
	return regexp.MustCompile(`release-[\d.-]+\d`).FindString(p.text())
}
