package execution_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/execution"
	"photogallery/release"
)

const releases = "arn:aws:states:us-east-1:123456789012:stateMachine:photogallery-main-release"

// machine is a state machine with releases under way, which are all at the start.
type machine struct {
	execution.FollowAPI
	running []string
	started []string // inputs
}

func (m *machine) ListExecutions(context.Context, *sfn.ListExecutionsInput, ...func(*sfn.Options)) (*sfn.ListExecutionsOutput, error) {
	out := &sfn.ListExecutionsOutput{}
	for _, name := range m.running {
		out.Executions = append(out.Executions, types.ExecutionListItem{ExecutionArn: new(release.ExecutionOf(releases, name))})
	}
	return out, nil
}

func (m *machine) StartExecution(_ context.Context, in *sfn.StartExecutionInput, _ ...func(*sfn.Options)) (*sfn.StartExecutionOutput, error) {
	m.started = append(m.started, *in.Input)
	return &sfn.StartExecutionOutput{}, nil
}

func TestRollbackStartsAFormerReleaseWhenNoneIsUnderWay(t *testing.T) {
	m := &machine{}
	back := execution.Decision{Machine: releases, Release: "r1", Answer: release.Rollback}
	former := func(context.Context) (string, error) { return `{"version": "1"}`, nil }
	done, err := back.Revert(t.Context(), m, nil, m, former)
	if err != nil || !done.Started || len(m.started) != 1 || m.started[0] != `{"version": "1"}` || !strings.HasPrefix(release.NameOf(done.Execution), "release-") {
		t.Errorf("%+v, %v, started %v", done, err, m.started)
	}
	refused := errors.New("there is none")
	if _, err := back.Revert(t.Context(), m, nil, m, func(context.Context) (string, error) { return "", refused }); !errors.Is(err, refused) || len(m.started) != 1 {
		t.Errorf("%v, started %v", err, m.started)
	}
	m.running = []string{"r2"}
	if _, err := back.Revert(t.Context(), m, nil, m, former); release.CodeOf(err) != release.InvalidRequest || !strings.Contains(err.Error(), "release r2 is under way, so that r1 cannot be released again now") || len(m.started) != 1 {
		t.Errorf("beside one under way: %v, started %v", err, m.started)
	}
}
