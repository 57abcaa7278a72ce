package local

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/aws/smithy-go"

	"photogallery/release"
)

// Schedule starts a state machine as EventBridge Scheduler does.
type Schedule struct {
	Name       string // nightly, morning or rebake
	Expression string // cron(0 20 * * ? *), rate(8 hours) or at(2026-01-31T20:00:00)
	Teardown   bool   // starts the teardown, else the release
	More       string // of the input, after the name of who starts it
}

func (l *Local) schedule(ctx context.Context) error {
	for _, s := range l.options.Schedules {
		machine := l.stack.Settings.ReleaseMachine
		if s.Teardown {
			machine = l.stack.Settings.TeardownMachine
		}
		_, err := l.stack.Clients.Scheduler.CreateSchedule(ctx, &scheduler.CreateScheduleInput{
			GroupName: aws.String(Environment.Name()), Name: aws.String(Environment.Name() + "-" + s.Name),
			ScheduleExpression: aws.String(s.Expression), ScheduleExpressionTimezone: zone(),
			FlexibleTimeWindow: &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
			Target: &types.Target{
				Arn: aws.String(machine), RoleArn: aws.String(l.stack.Settings.ScheduleRole),
				Input: aws.String(`{"by": "the schedule ` + Environment.Name() + "-" + s.Name + `"` + s.More + `}`),
			},
		})
		if err != nil {
			var refusal smithy.APIError
			if errors.As(err, &refusal) {
				return release.Errorf(release.InvalidRequest, "--%s %q: %s", s.Name, s.Expression, refusal.ErrorMessage())
			}
			return err
		}
	}
	return nil
}

// zone returns this machine's time zone if its name is known, or nil for UTC.
func zone() *string {
	name := os.Getenv("TZ")
	if where, err := filepath.EvalSymlinks("/etc/localtime"); name == "" && err == nil {
		_, name, _ = strings.Cut(filepath.ToSlash(where), "/zoneinfo/")
	}
	if _, err := time.LoadLocation(name); err != nil || name == "" {
		return nil
	}
	return aws.String(name)
}
