package selftest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	gopsutil "github.com/shirou/gopsutil/v4/process"
)

// tearDown keeps the serving image for the next start.
func (s *story) tearDown(ctx context.Context) (string, error) {
	if _, err := s.run(ctx, s.status.TeardownMachine, `{}`, types.ExecutionStatusSucceeded); err != nil {
		return "", err
	}
	left, err := s.resources(ctx, "keep-latest")
	if err != nil {
		return "", err
	}
	if len(left) > 0 {
		return "", fmt.Errorf("what is left is %s", strings.Join(left, ", "))
	}
	return "no resource; the image that served is kept", nil
}

// resources lists what a teardown would remove.
func (s *story) resources(ctx context.Context, images string) (names []string, err error) {
	out, err := s.run(ctx, s.status.TeardownMachine, fmt.Sprintf(`{"dryRun": true, "images": %q}`, images), types.ExecutionStatusSucceeded)
	if err != nil {
		return nil, err
	}
	var listed struct {
		Resources []struct{ Kind, ID string }
	}
	if err := json.Unmarshal([]byte(aws.ToString(out.Output)), &listed); err != nil {
		return nil, err
	}
	for _, resource := range listed.Resources {
		names = append(names, resource.Kind+" "+resource.ID)
	}
	return names, nil
}

func (s *story) startAgain(ctx context.Context) (string, error) {
	if err := s.close(); err != nil {
		return "", err
	}
	took, err := s.start(ctx)
	if err != nil {
		return "", err
	}
	for _, i := range s.status.Instances {
		if i.Image != s.lastImage {
			return "", fmt.Errorf("instance %s runs image %s, not %s", i.ID, i.Image, s.lastImage)
		}
	}
	return fmt.Sprintf("first answer after %.1f s, image %s", took.Seconds(), s.lastImage), nil
}

func (s *story) close() error {
	ending := s.cloud
	s.cloud = nil
	return ending.Close()
}

// leaveNothing also deletes the images, ends the cloud and looks for everything that ever existed.
func (s *story) leaveNothing(ctx context.Context) (string, error) {
	if _, err := s.run(ctx, s.status.TeardownMachine, `{"images": "delete"}`, types.ExecutionStatusSucceeded); err != nil {
		return "", err
	}
	left, err := s.resources(ctx, "delete")
	if err != nil || len(left) > 0 {
		return "", errors.Join(fmt.Errorf("resources left: %s", strings.Join(left, ", ")), err)
	}
	if err := s.close(); err != nil {
		return "", err
	}
	if err := errors.Join(s.noProcess(), s.noListener(ctx), s.noFile()); err != nil {
		return "", err
	}
	return fmt.Sprintf("of %d instances and their images", len(s.seen)), nil
}

// noProcess looks for processes whose program is in the folder of the check, or whose command line
// names it, as a daemon's does.
func (s *story) noProcess() error {
	all, err := gopsutil.Processes()
	if err != nil {
		return err
	}
	for _, one := range all {
		program, err := one.Exe()
		if err == nil && strings.HasPrefix(program, s.folder+string(filepath.Separator)) {
			return fmt.Errorf("process %d still runs %s", one.Pid, program)
		}
		if command, err := one.Cmdline(); err == nil && strings.Contains(command, s.folder) {
			return fmt.Errorf("process %d still runs: %s", one.Pid, command)
		}
	}
	return nil
}

func (s *story) noListener(ctx context.Context) error {
	addresses := []string{strings.TrimPrefix(s.endpoint.API, "http://"), strings.TrimPrefix(s.endpoint.Gallery, "http://")}
	for _, i := range s.seen {
		if i.Address != "" {
			addresses = append(addresses, i.Address)
		}
	}
	dialer := net.Dialer{Timeout: time.Second}
	for _, address := range addresses {
		if connection, err := dialer.DialContext(ctx, "tcp", address); err == nil {
			_ = connection.Close()
			return fmt.Errorf("%s still listens", address)
		}
	}
	return nil
}

// noFile requires that only photos, bundles, logs and the upload key remain.
func (s *story) noFile() error {
	for _, folder := range []string{"machines", "images"} {
		entries, err := os.ReadDir(filepath.Join(s.data, folder))
		if err == nil && len(entries) > 0 {
			return fmt.Errorf("%s still has %s", folder, entries[0].Name())
		}
	}
	if left, err := filepath.Glob(filepath.Join(s.data, "*.partial")); err != nil || len(left) > 0 {
		return fmt.Errorf("half a file is left: %s", strings.Join(left, ", "))
	}
	return nil
}
