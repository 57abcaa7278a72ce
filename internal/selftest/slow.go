package selftest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
)

// releaseSlow releases a service that starts much more slowly than a quick pace allows, and leaves
// a daemon on every machine, with another session and parent, and an empty environment. The last
// chapter looks for it.
func (s *story) releaseSlow(ctx context.Context) (string, error) {
	if err := os.MkdirAll(s.daemons(), 0o700); err != nil {
		return "", err
	}
	folder, err := s.bundle("slow", `(env -i PATH=/usr/bin:/bin setsid sh -c 'cd /; trap "" TERM; : >`+s.daemons()+`/$$; while :; do sleep 1; done' </dev/null >/dev/null 2>&1 &)
sleep 10
`)
	if err != nil {
		return "", err
	}
	input := fmt.Sprintf(`{"version": "slow", "bundle": %q}`, folder)
	if _, err := s.run(ctx, s.status.ReleaseMachine, input, types.ExecutionStatusSucceeded); err != nil {
		return "", err
	}
	if err := s.look(ctx); err != nil || s.status.Serving == nil || s.status.Serving.Version != "slow" {
		return "", errors.Join(fmt.Errorf("what serves is %+v", s.status.Serving), err)
	}
	left, err := filepath.Glob(filepath.Join(s.daemons(), "*"))
	if err != nil || len(left) < 3 {
		return "", errors.Join(fmt.Errorf("%d daemons began, not one on each machine", len(left)), err)
	}
	return fmt.Sprintf("%d daemons began, image %s", len(left), s.status.Serving.Image), nil
}

func (s *story) daemons() string { return filepath.Join(s.folder, "daemons") }
