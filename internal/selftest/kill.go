package selftest

import (
	"context"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"syscall"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/environment"
	"photogallery/internal/local/control"
	"photogallery/internal/patience"
)

// process is a local cloud in its own process, which can be killed.
type process struct{ *exec.Cmd }

// Close ends it as Ctrl-C does.
func (p process) Close() error {
	return errors.Join(p.Process.Signal(syscall.SIGTERM), p.Wait())
}

func (s *story) startProcess(ctx context.Context, data string) (Cloud, error) {
	up := process{exec.Command(s.Program, "up", "--data", data, "--address", "127.0.0.1:0", "--console", "127.0.0.1:0")} //nolint:noctx // Close ends it
	if err := up.Start(); err != nil {
		return nil, err
	}
	for {
		if found, err := control.Find(data); err == nil && found.PID == up.Process.Pid {
			return up, nil
		}
		if err := patience.Pause(ctx, poll); err != nil {
			return nil, errors.Join(fmt.Errorf("no cloud comes up on %s: %w", data, err), up.Process.Kill())
		}
	}
}

// outlastKill kills a cloud as soon as it reports that a release has succeeded.
func (s *story) outlastKill(ctx context.Context) (seen string, err error) {
	other := &story{Options: s.Options, folder: s.folder, data: filepath.Join(s.folder, "killed"), seen: map[string]environment.Instance{}}
	other.Start = s.startProcess
	defer func() {
		if other.cloud != nil {
			err = errors.Join(err, other.close())
		}
	}()
	if _, err := other.start(ctx); err != nil {
		return "", err
	}
	const asked = `{"version": "second", "rebake": true, "minSize": 1, "maxSize": 3}`
	if _, err := other.run(ctx, other.status.ReleaseMachine, asked, types.ExecutionStatusSucceeded); err != nil {
		return "", err
	}
	killed := other.cloud.(process)
	other.cloud = nil
	if err := killed.Process.Kill(); err != nil {
		return "", err
	}
	_ = killed.Wait() // it was killed
	if _, err := other.start(ctx); err != nil {
		return "", err
	}
	return other.isSecond(ctx)
}

// isSecond checks that the reported release serves, from the image that it made.
func (s *story) isSecond(ctx context.Context) (string, error) {
	if err := s.look(ctx); err != nil {
		return "", err
	}
	images, err := s.control.Images(ctx)
	if err != nil {
		return "", err
	}
	serving, group := s.status.Serving, s.status.Group
	if serving == nil || group == nil || serving.Version != "second" || group.Min != 1 || group.Max != 3 || len(images) != 2 {
		return "", fmt.Errorf("after a kill and another start, %+v serves with %+v, and there are %d images", serving, group, len(images))
	}
	return fmt.Sprintf("version second serves again, with %d to %d instances", group.Min, group.Max), nil
}
