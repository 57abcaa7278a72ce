package selftest

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/environment"
	"photogallery/internal/execution"
	"photogallery/internal/load"
	"photogallery/internal/local/control"
	"photogallery/internal/patience"
	"photogallery/release"
)

const poll = 50 * time.Millisecond

// start starts the cloud and waits for its first release.
func (s *story) start(ctx context.Context) (took time.Duration, err error) {
	began := time.Now()
	if s.cloud, err = s.Start(ctx, s.data); err != nil {
		return 0, err
	}
	if s.endpoint, err = control.Find(s.data); err != nil {
		return 0, err
	}
	s.control, s.sfn = control.NewClient(s.endpoint), s.endpoint.StepFunctions()
	for load.Get(ctx, client(), s.endpoint.Gallery) != nil {
		if err := patience.Pause(ctx, poll); err != nil {
			return 0, errors.New("the gallery never answers")
		}
	}
	took = time.Since(began)
	if err := s.look(ctx); err != nil {
		return 0, err
	}
	out, err := s.sfn.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: aws.String(s.status.ReleaseMachine)})
	if err != nil || len(out.Executions) == 0 {
		return 0, errors.Join(errors.New("no release was started"), err)
	}
	_, err = s.await(ctx, aws.ToString(out.Executions[0].ExecutionArn), types.ExecutionStatusSucceeded)
	return took, err
}

// run starts a state machine and waits for its end.
func (s *story) run(ctx context.Context, machine, input string, want types.ExecutionStatus) (*sfn.DescribeExecutionOutput, error) {
	out, err := s.sfn.StartExecution(ctx, &sfn.StartExecutionInput{StateMachineArn: aws.String(machine), Input: aws.String(input)})
	if err != nil {
		return nil, err
	}
	return s.await(ctx, aws.ToString(out.ExecutionArn), want)
}

func (s *story) await(ctx context.Context, arn string, want types.ExecutionStatus) (*sfn.DescribeExecutionOutput, error) {
	for {
		out, err := s.sfn.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: aws.String(arn)})
		switch {
		case err != nil:
			return nil, err
		case out.Status == want:
			return out, nil
		case out.Status != types.ExecutionStatusRunning:
			return nil, fmt.Errorf("execution %s ended %s: %s %s", aws.ToString(out.Name), out.Status, aws.ToString(out.Error), aws.ToString(out.Cause))
		}
		if err := patience.Pause(ctx, poll); err != nil {
			return nil, fmt.Errorf("execution %s is still running at its deadline", aws.ToString(out.Name))
		}
	}
}

// entered reports whether an execution entered a state.
func (s *story) entered(ctx context.Context, ended *sfn.DescribeExecutionOutput, state string) (bool, error) {
	history := execution.NewReader(s.sfn, aws.ToString(ended.ExecutionArn))
	err := history.Read(ctx)
	return history.History.State(state) != nil, err
}

// look reads the cloud's status and records every instance.
func (s *story) look(ctx context.Context) (err error) {
	s.status, err = s.control.Status(ctx)
	for _, instance := range s.status.Instances {
		s.seen[instance.ID] = instance
	}
	return err
}

// until polls until the condition holds.
func (s *story) until(ctx context.Context, holds func(environment.Status) bool) error {
	for {
		if err := s.look(ctx); err != nil && ctx.Err() == nil {
			return err
		}
		if holds(s.status) {
			return nil
		}
		if err := patience.Pause(ctx, poll); err != nil {
			return fmt.Errorf("it does not come about: %s", describe(s.status))
		}
	}
}

func describe(status environment.Status) string {
	var words []string
	for _, i := range status.Instances {
		words = append(words, fmt.Sprintf("%s %s %s", i.ID, i.State, i.Health))
	}
	for _, alarm := range status.Alarms {
		words = append(words, alarm.Name+" "+alarm.State)
	}
	return strings.Join(words, ", ")
}

func (s *story) firstRelease(ctx context.Context) (string, error) {
	took, err := s.start(ctx)
	if err != nil {
		return "", err
	}
	if err := s.look(ctx); err != nil || s.status.Serving == nil {
		return "", errors.Join(errors.New("no release is recorded as serving"), err)
	}
	s.firstImage = s.status.Serving.Image
	return fmt.Sprintf("first answer after %.1f s, %d instances, image %s", took.Seconds(), len(s.healthy()), s.firstImage), nil
}

func (s *story) releaseUnchanged(ctx context.Context) (string, error) {
	out, err := s.run(ctx, s.status.ReleaseMachine, `{}`, types.ExecutionStatusSucceeded)
	if err != nil {
		return "", err
	}
	baked, err := s.entered(ctx, out, "LaunchBuilder")
	if baked {
		err = errors.New("a builder was launched for content that has an image")
	}
	return "no builder launched", err
}

func (s *story) roll(ctx context.Context) (string, error) {
	return s.underTraffic(func() (string, error) {
		if _, err := s.run(ctx, s.status.ReleaseMachine, `{"strategy": "rolling", "version": "second", "rebake": true}`, types.ExecutionStatusSucceeded); err != nil {
			return "", err
		}
		if err := s.look(ctx); err != nil {
			return "", err
		}
		if s.status.Serving == nil || s.status.Serving.Version != "second" || s.status.Serving.FormerImage != s.firstImage {
			return "", fmt.Errorf("what serves is %+v", s.status.Serving)
		}
		return "image " + s.status.Serving.Image, nil
	})
}

func (s *story) releaseBroken(ctx context.Context) (string, error) {
	folder, err := s.brokenBundle()
	if err != nil {
		return "", err
	}
	before := s.status.Serving
	return s.underTraffic(func() (string, error) {
		input := fmt.Sprintf(`{"version": "broken", "bundle": %q}`, folder)
		out, err := s.run(ctx, s.status.ReleaseMachine, input, types.ExecutionStatusFailed)
		if err != nil {
			return "", err
		}
		if aws.ToString(out.Error) != string(release.FailedClean) {
			return "", fmt.Errorf("it ended %s: %s", aws.ToString(out.Error), aws.ToString(out.Cause))
		}
		if err := s.look(ctx); err != nil {
			return "", err
		}
		if s.status.Serving == nil || !reflect.DeepEqual(s.status.Serving, before) {
			return "", fmt.Errorf("what serves is %+v, not %+v as before", s.status.Serving, before)
		}
		return string(release.FailedClean) + ", " + before.Version + " serves on", nil
	})
}

// brokenBundle works on the builder and fails on every instance of the fleet.
func (s *story) brokenBundle() (folder string, err error) {
	return s.bundle("broken", "[ \"$RELEASE\" = build ] || { echo 'broken on purpose'; exit 1; }\n")
}

// bundle returns the gallery's program behind a start script with this beginning.
func (s *story) bundle(name, begin string) (folder string, err error) {
	folder = filepath.Join(s.folder, name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return "", err
	}
	for name, content := range map[string]string{
		"install.sh":  "install -m 0755 run.sh photogallery \"$INSTALL_DIR/\"\n",
		"run.sh":      "#!/bin/sh\n" + begin + "exec \"$(dirname \"$0\")/photogallery\"\n",
		"app.service": "[Service]\nExecStart=/opt/photogallery/run.sh\nRestart=always\nRestartSec=1\nTimeoutStopSec=1\n[Install]\nWantedBy=multi-user.target\n",
	} {
		err = errors.Join(err, os.WriteFile(filepath.Join(folder, name), []byte(content), 0o700))
	}
	program, readErr := os.ReadFile(s.Program)
	return folder, errors.Join(err, readErr, os.WriteFile(filepath.Join(folder, "photogallery"), program, 0o700))
}

func (s *story) rollBack(ctx context.Context) (string, error) {
	s.lastImage = s.status.Serving.FormerImage
	out, err := s.run(ctx, s.status.ReleaseMachine, fmt.Sprintf(`{"image": %q}`, s.lastImage), types.ExecutionStatusSucceeded)
	if err != nil {
		return "", err
	}
	if baked, err := s.entered(ctx, out, "LaunchBuilder"); err != nil || baked {
		return "", errors.Join(errors.New("a rollback launched a builder"), err)
	}
	if err := s.look(ctx); err != nil {
		return "", err
	}
	if s.status.Serving == nil || s.status.Serving.Image != s.lastImage {
		return "", fmt.Errorf("what serves is %+v, not image %s", s.status.Serving, s.lastImage)
	}
	return "image " + s.lastImage + " serves again", nil
}
