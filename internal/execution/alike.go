package execution

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/release"
)

// compared is how many former runs Alike compares. It also reads those between them that did nothing.
const compared = 10

// Alike returns the last successful release that did what is foreseen for the plan, and how long it
// took. It returns "" if none of the last ones did. A person's time is never comparable.
func Alike(ctx context.Context, api FollowAPI, machineARN string, plan release.Plan) (name string, took time.Duration, err error) {
	out, err := api.ListExecutions(ctx, &sfn.ListExecutionsInput{StateMachineArn: &machineARN, StatusFilter: types.ExecutionStatusSucceeded, MaxResults: 100})
	if err != nil || plan.Approval {
		return "", 0, err
	}
	runs := slices.DeleteFunc(out.Executions, func(run types.ExecutionListItem) bool { return isNamedDry(aws.ToString(run.Name)) })
	full := 0
	for _, run := range runs {
		reader := NewReader(api, aws.ToString(run.ExecutionArn))
		if err := reader.Read(ctx); err != nil {
			return "", 0, err
		}
		former := reader.History
		if former.did(plan) {
			return aws.ToString(run.Name), former.Ended.Sub(former.Began), nil
		}
		if former.isFull() { // a rebake that had nothing to do is not
			full++
		}
		if full == compared {
			break
		}
	}
	return "", 0, nil
}

// did reports whether a release went the way that is foreseen for the plan, and watched it as long.
func (h *History) did(plan release.Plan) bool {
	var output struct{ Plan release.Plan }
	if json.Unmarshal([]byte(h.Output), &output) != nil || output.Plan.Approval || !h.isFull() {
		return false
	}
	f, then := plan.Forecast, output.Plan
	change := release.FirstFleet
	switch {
	case h.State("GuardRefresh") != nil:
		change = release.RolledFleet
	case h.State("OpenPreview") != nil:
		change = release.SecondFleet
	}
	isWatched := change != release.FirstFleet
	return change == f.Fleet && (h.State("LaunchBuilder") != nil) == f.Bakes &&
		(!isWatched || then.BakeSeconds == plan.BakeSeconds && then.HoldSeconds == plan.HoldSeconds && slices.Equal(then.Traffic, plan.Traffic))
}

// DryRun is the kind of an execution that changes nothing: it says what a release would do, or
// lists what a teardown would delete.
const DryRun = "dry-run"

// IsNamedDry reports whether the execution has the name of a dry run.
func (l Listed) IsNamedDry() bool { return isNamedDry(l.Name) }

func isNamedDry(name string) bool { return strings.HasPrefix(name, DryRun+"-") }

// isFull reports whether the execution took the lock, which a dry run never does.
func (h *History) isFull() bool { return h.State("Lock") != nil }
