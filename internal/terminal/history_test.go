package terminal_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/charmbracelet/x/ansi"

	"photogallery/internal/execution"
	"photogallery/internal/terminal"
)

var start = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

// told is a history that a test writes: an event a second.
type told struct {
	now    sfn.DescribeExecutionOutput
	events []types.HistoryEvent
	page   int // events a page, or 0 for all
	asked  int
	former []*told // runs that succeeded, newest first
}

func newTold(machine string) *told {
	arn := "arn:aws:states:us-east-1:123456789012:stateMachine:" + machine
	return &told{now: sfn.DescribeExecutionOutput{StateMachineArn: &arn, Name: aws.String("r1"), Status: types.ExecutionStatusRunning, StartDate: &start}}
}

func (h *told) add(event types.HistoryEvent) *told {
	event.Id, event.PreviousEventId = int64(len(h.events)+1), int64(len(h.events))
	event.Timestamp = aws.Time(start.Add(time.Duration(len(h.events)) * time.Second))
	h.events = append(h.events, event)
	return h
}

func (h *told) enter(kind, name string) *told {
	return h.add(types.HistoryEvent{
		Type:                     types.HistoryEventType(kind + "StateEntered"),
		StateEnteredEventDetails: &types.StateEnteredEventDetails{Name: &name, Input: aws.String("{}")},
	})
}

func (h *told) exit(kind, name string) *told {
	return h.add(types.HistoryEvent{
		Type:                    types.HistoryEventType(kind + "StateExited"),
		StateExitedEventDetails: &types.StateExitedEventDetails{Name: &name, Output: aws.String("{}")},
	})
}

func (h *told) answer(output string) *told {
	h.add(types.HistoryEvent{Type: types.HistoryEventTypeLambdaFunctionScheduled})
	return h.add(types.HistoryEvent{
		Type:                                types.HistoryEventTypeLambdaFunctionSucceeded,
		LambdaFunctionSucceededEventDetails: &types.LambdaFunctionSucceededEventDetails{Output: &output},
	})
}

func (h *told) fail(name, cause string) *told {
	h.add(types.HistoryEvent{Type: types.HistoryEventTypeLambdaFunctionScheduled})
	return h.add(types.HistoryEvent{
		Type:                             types.HistoryEventTypeLambdaFunctionFailed,
		LambdaFunctionFailedEventDetails: &types.LambdaFunctionFailedEventDetails{Error: &name, Cause: &cause},
	})
}

// late returns a token that has not come back by its heartbeat, as AWS records it.
func (h *told) late() *told {
	h.add(types.HistoryEvent{Type: types.HistoryEventTypeTaskScheduled})
	return h.add(types.HistoryEvent{
		Type: types.HistoryEventTypeTaskTimedOut,
		TaskTimedOutEventDetails: &types.TaskTimedOutEventDetails{
			Error: aws.String("States.Timeout"), Resource: aws.String("invoke.waitForTaskToken"), ResourceType: aws.String("lambda"),
		},
	})
}

func (h *told) end(status types.ExecutionStatus, name, cause string) *told {
	kind := map[types.ExecutionStatus]types.HistoryEventType{
		types.ExecutionStatusSucceeded: types.HistoryEventTypeExecutionSucceeded, types.ExecutionStatusFailed: types.HistoryEventTypeExecutionFailed,
		types.ExecutionStatusAborted: types.HistoryEventTypeExecutionAborted, types.ExecutionStatusTimedOut: types.HistoryEventTypeExecutionTimedOut,
	}[status]
	h.add(types.HistoryEvent{Type: kind})
	h.now.Status, h.now.StopDate = status, h.events[len(h.events)-1].Timestamp
	h.now.Error, h.now.Cause = &name, &cause
	return h
}

func (h *told) of(arn *string) *told {
	for i, former := range h.former {
		if *arn == fmt.Sprint("former", i) {
			return former
		}
	}
	return h
}

func (h *told) DescribeExecution(_ context.Context, in *sfn.DescribeExecutionInput, _ ...func(*sfn.Options)) (*sfn.DescribeExecutionOutput, error) {
	now := h.of(in.ExecutionArn).now
	return &now, nil
}

func (h *told) ListExecutions(context.Context, *sfn.ListExecutionsInput, ...func(*sfn.Options)) (*sfn.ListExecutionsOutput, error) {
	out := &sfn.ListExecutionsOutput{}
	for i := range h.former {
		out.Executions = append(out.Executions, types.ExecutionListItem{ExecutionArn: aws.String(fmt.Sprint("former", i))})
	}
	return out, nil
}

func (h *told) GetExecutionHistory(_ context.Context, in *sfn.GetExecutionHistoryInput, _ ...func(*sfn.Options)) (*sfn.GetExecutionHistoryOutput, error) {
	if former := h.of(in.ExecutionArn); former != h {
		return &sfn.GetExecutionHistoryOutput{Events: former.events}, nil
	}
	h.asked++
	// A token leads through the history as it was when its first page was given.
	from, known := 0, len(h.events)
	if in.NextToken != nil {
		if _, err := fmt.Sscan(*in.NextToken, &from, &known); err != nil {
			return nil, err
		}
	}
	events := slices.Clone(h.events[:known])
	if in.ReverseOrder {
		slices.Reverse(events)
	}
	to := known
	if h.page != 0 {
		to = min(from+h.page, known)
	}
	out := &sfn.GetExecutionHistoryOutput{Events: events[from:to]}
	if to < known {
		out.NextToken = aws.String(fmt.Sprint(to, known))
	}
	return out, nil
}

func (h *told) look(t *testing.T) *execution.Progress {
	t.Helper()
	p, err := execution.Look(t.Context(), h, "arn")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// drawnAt returns the lines at the time of the last event.
func (h *told) drawnAt(t *testing.T, width int) []string {
	t.Helper()
	return terminal.Lines(h.look(t), *h.events[len(h.events)-1].Timestamp, width, terminal.Style{})
}

func TestPolledStepIsOneLine(t *testing.T) {
	h := newTold("x-release").enter("Task", "CreateGroup").answer(`{"note": "0 of 2 healthy"}`).exit("Task", "CreateGroup").enter("Wait", "WaitForFleet")
	waits := h.look(t)
	if s := waits.Step("CheckFleet"); s == nil || s.Phase != execution.Running || s.Visits != 0 {
		t.Errorf("what is waited for is %+v", s)
	}
	if s := waits.Step("CreateGroup"); s.Phase != execution.Succeeded {
		t.Errorf("what is over is %+v", s)
	}
	for range 3 {
		h.exit("Wait", "WaitForFleet").enter("Task", "CheckFleet").answer(`{"note": "1 of 2 healthy"}`).exit("Task", "CheckFleet").
			enter("Choice", "FleetReady").exit("Choice", "FleetReady").enter("Wait", "WaitForFleet")
	}
	p := h.look(t)
	if s := p.Step("CheckFleet"); s.Phase != execution.Running || s.Visits != 3 || s.Note != "1 of 2 healthy" {
		t.Errorf("the polled step is %+v", s)
	}
	if n := strings.Count(strings.Join(h.drawnAt(t, 100), "\n"), "fleet"); n != 1 {
		t.Errorf("it is drawn %d times:\n%s", n, strings.Join(h.drawnAt(t, 100), "\n"))
	}
}

func TestInterruptedStepsAreShownAsStopped(t *testing.T) {
	for status, words := range map[types.ExecutionStatus]string{types.ExecutionStatusAborted: "was stopped", types.ExecutionStatusTimedOut: "ran out of time"} {
		p := newTold("x-release").enter("Task", "Plan").answer("{}").exit("Task", "Plan").enter("Task", "Lock").end(status, "", "").look(t)
		if p.Step("Plan").Phase != execution.Succeeded || p.Step("Lock").Phase != execution.Stopped || len(p.Steps) != 2 {
			t.Errorf("%s: %+v, %+v", status, p.Step("Plan"), p.Step("Lock"))
		}
		if !strings.Contains(terminal.Outcome(p), words) {
			t.Errorf("%s: %q does not say %q", status, terminal.Outcome(p), words)
		}
	}
}

func TestLateEventIsNotAnAttempt(t *testing.T) {
	h := newTold("x-release").enter("Task", "AwaitBuild").late()
	if line := h.drawnAt(t, 100)[1]; !strings.Contains(line, "no word yet, asks again") || strings.Contains(line, "attempt") {
		t.Errorf("it is %q", line)
	}
	h.answer("{}").exit("Task", "AwaitBuild").enter("Task", "CreateImage")
	if s := h.look(t).Step("AwaitBuild"); s.Phase != execution.Succeeded || s.Retries != 0 || s.Error != "" {
		t.Errorf("after that it is %+v", s)
	}
}

func TestAttemptsAreCountedAndTheErrorIsCaught(t *testing.T) {
	h := newTold("x-release").enter("Task", "Plan").fail("Throttled", `{"errorMessage": "slow down"}`).fail("Throttled", `{"errorMessage": "slow down"}`)
	if line := h.drawnAt(t, 100)[1]; !strings.HasPrefix(line, "↻ Plan") || !strings.Contains(line, "attempt 2, Throttled: slow down") {
		t.Errorf("it is %q", line)
	}
	h.exit("Task", "Plan").enter("Task", "UnlockFailed")
	if s := h.look(t).Step("Plan"); s.Phase != execution.Caught || s.Retries != 1 {
		t.Errorf("caught it is %+v", s)
	}
}

func TestFollowReadsOnlyTheNewEnd(t *testing.T) {
	h := newTold("x-release")
	h.page = 2
	h.enter("Task", "Plan").answer("{}").exit("Task", "Plan").enter("Task", "Lock")
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	polls, asked := 0, 0
	end, err := execution.Follow(ctx, h, "arn", execution.OnOneMachine, func(p *execution.Progress) {
		switch polls++; polls {
		case 1:
			asked = h.asked
			h.answer("{}").exit("Task", "Lock")
		case 2:
			if second := h.asked - asked; second != 2 {
				t.Errorf("the second poll asked for %d pages, want the 2 that are new", second)
			}
			h.end(types.ExecutionStatusSucceeded, "", "")
		}
		if p.Step("Lock") == nil {
			t.Errorf("poll %d does not show Lock", polls)
		}
	})
	if err != nil || asked != 3 || end.Step("Lock").Phase != execution.Succeeded {
		t.Errorf("%v, %d pages, %+v", err, asked, end.Step("Lock"))
	}
}

func TestTextOfABuildCannotBreakThePicture(t *testing.T) {
	h := newTold("x-release").enter("Task", "Plan").fail("BuildFailed", "first\nsecond\x1b[2J\x07\tthird 漢字"+strings.Repeat("漢", 80))
	for _, width := range []int{20, 40, 60, 80, 200} {
		lines := h.drawnAt(t, width)
		all := strings.Join(lines, "")
		if strings.ContainsAny(all, "\n\x1b\x07\t") {
			t.Errorf("%q has control characters", all)
		}
		for _, line := range lines {
			if cells := ansi.StringWidth(line); cells > width {
				t.Errorf("%d cells are more than %d: %q", cells, width, line)
			}
		}
	}
}

func TestPictureFitsItsWindow(t *testing.T) {
	h := newTold("x-release")
	for _, name := range []string{"Plan", "Lock", "EnsureTemplate", "FindGroup"} {
		h.enter("Task", name).answer("{}").exit("Task", name)
	}
	h.enter("Task", "CreateGroup")
	p := h.look(t)
	for height := 6; height < 20; height++ {
		lines := terminal.Frame(p, time.Now(), 80, height, terminal.Style{})
		all := strings.Join(lines, "\n")
		if len(lines) > height || !strings.Contains(all, "● Create group") {
			t.Errorf("in %d lines it is %d:\n%s", height, len(lines), all)
		}
	}
	short := strings.Join(terminal.Frame(p, time.Now(), 80, 6, terminal.Style{}), "\n")
	if !strings.Contains(short, "⋮ 4 done") || !strings.Contains(short, " to come") {
		t.Errorf("what is left out is not told:\n%s", short)
	}
}

func TestRemediesNameTheInstance(t *testing.T) {
	for cause, want := range map[string]string{
		"BuildFailed: builder i-0123456789abcdef0 could not provision":                                                      "gallery logs i-0123456789abcdef0",
		"BuildFailed: builder i-1 could not provision the bundle: \"install\" ended with status 1: No space left on device": "Free some space",
		"ImageFailed: write /data/images/x: no space left on device":                                                        "Free some space",
		"FleetFailed: i-1: disk quota exceeded":                                                                             "Free some space",
		"VerifyFailed: image ami-0123456789abcdef0 does not answer":                                                         "the log of each instance",
		"SomethingElse: nobody foresaw it":                                                                                  "SomethingElse",
	} {
		if got := terminal.Outcome(newTold("x-release").end(types.ExecutionStatusFailed, "FailedClean", cause).look(t)); !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
	for name, want := range map[string]string{"Busy": "--wait", "FailedDirty": "gallery teardown"} {
		if got := terminal.Outcome(newTold("x-release").end(types.ExecutionStatusFailed, name, "why").look(t)); !strings.Contains(got, want) {
			t.Errorf("%q does not say %q", got, want)
		}
	}
}

func TestUnknownStatesAreShownAsTheyAppear(t *testing.T) {
	lines := newTold("another").enter("Task", "One").answer(`{"note": "half"}`).exit("Task", "One").enter("Wait", "W").drawnAt(t, 80)
	if len(lines) != 3 || !strings.HasPrefix(lines[1], "● One") || !strings.Contains(lines[1], "half") {
		t.Errorf("it is\n%s", strings.Join(lines, "\n"))
	}
}

func TestStepVisitedAgainShowsNoFormerError(t *testing.T) {
	h := newTold("x-release").enter("Task", "Undo").fail("Throttled", "slow down").exit("Task", "Undo").enter("Task", "Undo")
	if s := h.look(t).Step("Undo"); s.Phase != execution.Running || s.Visits != 2 || s.Error != "" {
		t.Errorf("it is %+v", s)
	}
}
