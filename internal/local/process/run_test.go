package process_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"strings"
	"testing"
	"time"

	"photogallery/internal/local/process"
	"photogallery/internal/localcloud/machine"
	"photogallery/release"
)

// commands is a Kind whose runner gets a script, and what it keeps of that.
type commands struct {
	*process.Kind
	image any
	kept  chan release.RunResult
}

func newCommands(t *testing.T, script string, limit time.Duration) commands {
	t.Helper()
	packed, c := working(t), commands{kept: make(chan release.RunResult, 1)}
	sum := sha256.Sum256(packed)
	objects := map[string][]byte{"b": packed, "command": []byte(script)}
	k, err := process.New(process.Options{
		Dir: t.TempDir(), Program: os.Args[0],
		Recipe: recipe{
			build: process.Build{Key: "b", SHA256: hex.EncodeToString(sum[:]), Release: "r1"},
			run:   process.Run{Command: "command", Output: "output", Release: "run-1", Limit: limit},
		},
		Object: func(_, key string) (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(objects[key])), nil },
		Store: func(_, key string, content []byte) error {
			if key != "output" {
				return nil
			}
			result, err := release.DecodeRun(content)
			c.kept <- result
			return err
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := k.Close(); err != nil {
			t.Error(err)
		}
	})
	c.Kind = k
	c.image = bake(t, k)
	return c
}

// run boots the instance of the command and returns what it kept and what it reported.
func (c commands) run(t *testing.T) (release.RunResult, map[string]string) {
	t.Helper()
	h := newHost()
	runner := c.Boot(machine.Spec{InstanceID: "i-run", Zone: "z", Role: release.RoleRunner, Image: c.image, UserData: "v1"}, h)
	said, kept := next(t, h.events), next(t, c.kept)
	if _, answered := asked(t, runner, "/"); answered {
		t.Error("the image's service runs beside the command")
	}
	runner.Stop()
	next(t, h.stopped)
	return kept, said
}

func TestCommandRunsAsItsService(t *testing.T) {
	kept, said := newCommands(t, "pwd; echo $RELEASE on $INSTANCE_ID; echo wrong >&2; cat; exit 3\n", time.Minute).run(t)
	if output := string(kept.Output); kept.ExitStatus != 3 || !strings.HasSuffix(output, "v1 on i-run\nwrong\n") {
		t.Errorf("kept is %+v: %s", kept, output)
	}
	if said["status"] != "failure" || said["reason"] != "the command ended with exit status 3" || said["release"] != "run-1" {
		t.Errorf("it reports %v", said)
	}
}

func TestCommandThatTakesTooLongEnds(t *testing.T) {
	kept, said := newCommands(t, "echo so far; sleep 600\n", 300*time.Millisecond).run(t)
	if !kept.TimedOut || string(kept.Output) != "so far\n" || !strings.Contains(said["reason"], "took longer than 300ms") {
		t.Errorf("kept is %+v, reported %v", kept, said)
	}
}

func TestEndOfAnOutputIsKept(t *testing.T) {
	kept, said := newCommands(t, "head -c 9000000 /dev/zero | tr '\\0' x; echo; echo the end\n", time.Minute).run(t)
	if len(kept.Output) != release.MaxRunOutput || !kept.Truncated || !strings.HasSuffix(string(kept.Output), "x\nthe end\n") || said["status"] != "success" {
		t.Errorf("kept are %d bytes, truncated %t, reported %v", len(kept.Output), kept.Truncated, said)
	}
}

func TestStoppedCommandReportsNothing(t *testing.T) {
	c := newCommands(t, "sleep 600\n", time.Minute)
	h := newHost()
	runner := c.Boot(machine.Spec{InstanceID: "i-run", Role: release.RoleRunner, Image: c.image, UserData: "v1"}, h)
	runner.Stop()
	next(t, h.stopped)
	select {
	case said := <-h.events:
		t.Errorf("it reports %v", said)
	default:
	}
}
