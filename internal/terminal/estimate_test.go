package terminal_test

import (
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/execution"
	"photogallery/internal/terminal"
)

// second shows what its first look and the recall of the former run have given.
func second(t *testing.T, h *told) (seen *execution.Progress) {
	t.Helper()
	looks := 0
	_, err := execution.Follow(t.Context(), h, "arn", execution.Polls{Shortest: 1, Longest: 1}, func(p *execution.Progress) {
		if looks++; looks == 2 {
			seen = p
			h.end(types.ExecutionStatusSucceeded, "", "")
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	return seen
}

func lastLine(p *execution.Progress, after time.Duration, width int) string {
	lines := terminal.Frame(p, start.Add(after), width, 50, terminal.Style{})
	return lines[len(lines)-1]
}

// Of the former run Plan took 3 seconds, and all 10.
func former() *told {
	return newTold("another").enter("Task", "Plan").answer("{}").exit("Task", "Plan").
		enter("Task", "Lock").answer("{}").answer("{}").exit("Task", "Lock").end(types.ExecutionStatusSucceeded, "", "")
}

func TestSlowStepPostponesTheEstimate(t *testing.T) {
	h := newTold("another").enter("Task", "Plan")
	h.former = []*told{former()}
	p := second(t, h)
	for after, left := range map[time.Duration]time.Duration{0: 10 * time.Second, 2 * time.Second: 8 * time.Second, time.Minute: 7 * time.Second} {
		if got := p.Left(start.Add(after)); got != left {
			t.Errorf("after %s there are %s left, want %s", after, got, left)
		}
	}
	if line := lastLine(p, 2*time.Second, 60); !strings.HasPrefix(line, "━") || !strings.Contains(line, "about 8 s left") {
		t.Errorf("it is %q", line)
	}
	if line := lastLine(p, 2*time.Second, 24); !strings.HasPrefix(line, "about 8 s left") {
		t.Errorf("where it is narrow it is %q", line)
	}
	if lines := terminal.Lines(p, start, 100, terminal.Style{}); !strings.Contains(lines[1], "3.0 s last time      0.0 s") {
		t.Errorf("a step does not tell of last time: %q", lines[1])
	}
}

func TestRunOnAnotherPathHasNoEstimate(t *testing.T) {
	h := newTold("another").enter("Task", "Plan").answer("{}").exit("Task", "Plan").enter("Task", "Undo")
	h.former = []*told{former()}
	if p := second(t, h); p.Left(start) != 0 || p.Usual("Lock") != 0 {
		t.Errorf("%s left, Lock takes %s", p.Left(start), p.Usual("Lock"))
	}
}

func TestLateAnswerIsReported(t *testing.T) {
	p := second(t, newTold("another").enter("Task", "Plan"))
	frame := func(after time.Duration) string {
		lines := terminal.Frame(p, time.Now().Add(after), 80, 50, terminal.Style{})
		return lines[len(lines)-1]
	}
	if now, late := frame(0), frame(20*time.Second); strings.Contains(now, "no answer") || !strings.Contains(late, "no answer for 2") {
		t.Errorf("now it is %q, later %q", now, late)
	}
}

func TestSummaryNamesTheLongestSteps(t *testing.T) {
	h := newTold("another").enter("Task", "Plan").answer("{}").exit("Task", "Plan").enter("Task", "Lock").answer("{}").answer("{}").answer("{}").exit("Task", "Lock")
	if got := terminal.Outcome(h.end(types.ExecutionStatusSucceeded, "", "").look(t)); got != "r1 succeeded in 12.0 s (longest: Plan 3.0 s, Lock 7.0 s)." {
		t.Errorf("it is %q", got)
	}
}

func TestOutcomeCannotControlTheTerminal(t *testing.T) {
	got := terminal.Outcome(newTold("another").end(types.ExecutionStatusFailed, "FailedClean", "BuildFailed: one\x1b[2J\r\n\x07two").look(t))
	if want := "r1 ended in FailedClean after 0.0 s:\nBuildFailed: one\n two"; !strings.HasPrefix(got, want) {
		t.Errorf("it is %q, want %q", got, want)
	}
}
