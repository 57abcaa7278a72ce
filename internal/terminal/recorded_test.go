package terminal_test

import (
	"bytes"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"
	"github.com/charmbracelet/x/ansi"

	"photogallery/internal/execution"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack"
	"photogallery/internal/terminal"
)

// recorded are whole runs of the shipped state machines.
func recorded(t *testing.T) map[string]*told {
	t.Helper()
	runs := map[string]*told{}
	synctest.Test(t, func(t *testing.T) {
		s := deployed(t, machine.Behavior{})
		runs["a first release"] = record(t, s, started(t, s, "first"))
		runs["a second release"] = record(t, s, started(t, s, "second"))
		arn, err := s.StartTeardown(t.Context(), "down", `{"images": "delete"}`)
		if err != nil {
			t.Fatal(err)
		}
		runs["a teardown"] = record(t, s, arn)
	})
	synctest.Test(t, func(t *testing.T) {
		s := deployed(t, machine.Behavior{Build: machine.BuildFails, Reason: "install.sh: exit 7"})
		runs["a failed build"] = record(t, s, started(t, s, "failed"))
	})
	return runs
}

func record(t *testing.T, s *stack.Stack, arn string) *told {
	t.Helper()
	if _, err := s.Await(t.Context(), arn); err != nil {
		t.Fatal(err)
	}
	now, err := s.SFN.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: &arn})
	if err != nil {
		t.Fatal(err)
	}
	h := &told{now: *now}
	pages := sfn.NewGetExecutionHistoryPaginator(s.SFN, &sfn.GetExecutionHistoryInput{ExecutionArn: &arn, IncludeExecutionData: aws.Bool(true)})
	for pages.HasMorePages() {
		page, err := pages.NextPage(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		h.events = append(h.events, page.Events...)
	}
	return h
}

// until returns the run as it was after so many events, and when that was.
func (h *told) until(events int) (*told, time.Time) {
	if events == len(h.events) {
		return h, *h.now.StopDate
	}
	early := &told{now: h.now, events: h.events[:events]}
	early.now.Status, early.now.StopDate, early.now.Output, early.now.Error, early.now.Cause = types.ExecutionStatusRunning, nil, nil, nil, nil
	return early, *h.events[events-1].Timestamp
}

// replay follows the run as if so many events had happened from one look to the next.
func (h *told) replay(t *testing.T, stride int, show func(*execution.Progress)) {
	t.Helper()
	events := min(stride, len(h.events))
	early, _ := h.until(events)
	at := *early
	_, err := execution.Follow(t.Context(), &at, "arn", execution.Polls{Shortest: 1, Longest: 1}, func(p *execution.Progress) {
		show(p)
		events = min(events+stride, len(h.events))
		early, _ := h.until(events)
		at.now, at.events = early.now, early.events
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestEveryMomentFitsEveryTerminal(t *testing.T) {
	for name, run := range recorded(t) {
		for events := len(run.events); events > 0; events -= 5 {
			early, at := run.until(events)
			p := early.look(t)
			for _, width := range []int{1, 20, 40, 80} {
				for _, height := range []int{1, 5, 12, 24} {
					fits(t, name, terminal.Frame(p, at, width, height, terminal.Style{}), width, height)
				}
			}
			if all := terminal.Lines(p, at, 80, terminal.Style{}); len(terminal.Frame(p, at, 80, len(all), terminal.Style{})) != len(all) {
				t.Fatalf("%s, %d events: something is summed up where there is room", name, events)
			}
			showsWhatIsAtWork(t, name, p, terminal.Frame(p, at, 60, 8, terminal.Style{}))
		}
	}
}

func fits(t *testing.T, name string, frame []string, width, height int) {
	t.Helper()
	if len(frame) > height {
		t.Fatalf("%s: %d lines are more than %d:\n%s", name, len(frame), height, strings.Join(frame, "\n"))
	}
	for _, line := range frame {
		if cells := ansi.StringWidth(line); cells > width {
			t.Fatalf("%s: %d cells are more than %d: %q", name, cells, width, line)
		}
	}
}

func showsWhatIsAtWork(t *testing.T, name string, p *execution.Progress, frame []string) {
	t.Helper()
	all := strings.Join(frame, "\n")
	for _, s := range p.Steps {
		title := strings.TrimSuffix(strings.ToLower(s.Name), "failed") // Unlock is one for people
		if s.Phase == execution.Running && !s.Group && !strings.Contains(strings.ReplaceAll(strings.ToLower(all), " ", ""), title) {
			t.Fatalf("%s: %s is at work and not drawn:\n%s", name, s.Name, all)
		}
	}
}

func TestNarrowTerminalsShowNameAndTime(t *testing.T) {
	run := recorded(t)["a first release"]
	early, at := run.until(len(run.events) / 2)
	p := early.look(t)
	for width, want := range map[int]string{
		20: "│ ✓ Launch bu… 0.0 s", 40: "│ ✓ Launch builder                 0.0 s", 60: "│ ✓ Launch builder       i-0000000",
	} {
		if all := strings.Join(terminal.Lines(p, at, width, terminal.Style{}), "\n"); !strings.Contains(all, want) {
			t.Errorf("in %d columns there is no %q:\n%s", width, want, all)
		}
	}
}

// However the polls fall, a step's end is told once, and a group's when all in it is told.
func TestPlainLinesTellAGroupLast(t *testing.T) {
	for name, run := range recorded(t) {
		for _, stride := range []int{1, 2, 3, 5, 8, 13, 21, 34} {
			var out bytes.Buffer
			run.replay(t, stride, terminal.Plainly(&out))
			inOrder(t, name, run.look(t), out.String())
		}
	}
}

func inOrder(t *testing.T, name string, end *execution.Progress, out string) {
	t.Helper()
	_, behind, found := strings.Cut(out, "\n"+sign(out, "Prepare")+" Prepare ")
	if end.Step("Prepare") != nil && (!found || strings.Contains(behind, "│ ")) {
		t.Fatalf("%s: the group's end is not the last of it:\n%s", name, out)
	}
	if ends := strings.Count(out, "✓ ") + strings.Count(out, "✗ "); ends != len(end.Steps) {
		t.Fatalf("%s: %d ends of %d steps are told:\n%s", name, ends, len(end.Steps), out)
	}
}

// sign returns that of the step's end.
func sign(out, step string) string {
	if strings.Contains(out, "\n✗ "+step) {
		return "✗"
	}
	return "✓"
}
