package terminal_test

import (
	"context"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"photogallery/internal/execution"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack"
	"photogallery/internal/terminal"
	"photogallery/release"
)

// deployed returns the shipped stack on simulated machines that behave alike.
func deployed(t *testing.T, behavior machine.Behavior) *stack.Stack {
	t.Helper()
	s, err := stack.New(stack.Options{
		Environment: "main", Random: func() float64 { return 0.5 },
		Kind: machine.NewSimulated(func(machine.Spec) machine.Behavior { return behavior }),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func started(t *testing.T, s *stack.Stack, name string) string {
	t.Helper()
	arn, err := s.StartRelease(t.Context(), name, "{}")
	if err != nil {
		t.Fatal(err)
	}
	return arn
}

func drawn(p *execution.Progress) string {
	return strings.Join(terminal.Lines(p, time.Now(), 240, terminal.Style{}), "\n")
}

// shows checks that lines matching the patterns stand in the picture, in that order.
func shows(t *testing.T, p *execution.Progress, patterns ...string) {
	t.Helper()
	rest := drawn(p)
	for _, pattern := range patterns {
		found := regexp.MustCompile("(?m)^" + pattern).FindStringIndex(rest)
		if found == nil {
			t.Fatalf("after what came before there is no line %q in\n%s", pattern, drawn(p))
		}
		rest = rest[found[1]:]
	}
}

func TestReleaseIsDrawnAsItRuns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := deployed(t, machine.Behavior{})
		arn := started(t, s, "r1")
		look := func(after time.Duration) *execution.Progress {
			time.Sleep(after)
			p, err := execution.Look(t.Context(), s.SFN, arn)
			if err != nil {
				t.Fatal(err)
			}
			return p
		}
		shows(t, look(time.Minute),
			`r1  photogallery-main-release`, `✓ Plan +version \w+, 2 to 5 t4g\.small +0\.0 s`, `✓ Lock`, `● Prepare +1:00 min`,
			`├ ✓ Find image +none yet`, `│ ✓ Launch builder +i-\w+ in us-east-1a`, `│ ● Await build +builder i-\w+ provisions itself +1:00 min`,
			`│ ○ Create image$`, `│ ○ Check image$`, `│ ○ Terminate builder$`, `├ ✓ Ensure load balancer`, `└ ● Check load balancer`,
			`○ Ensure template$`, `○ Unlock$`, ` +1:00 min`)
		shows(t, look(2*time.Minute), `● Prepare`, `│ ✓ Await build +1:50 min`, `│ ● Check image +ami-\w+ \d+%`, `└ ✓ Check load balancer +active`)
		end := look(20 * time.Minute)
		shows(t, end, `✓ Prepare`, `✓ Create group`, `✓ Check fleet +2 of 2 healthy`, `✓ Verify +2 healthy`, `✓ Promote`, `✓ Unlock`)
		if end.Status != types.ExecutionStatusSucceeded || !strings.HasPrefix(terminal.Outcome(end), "r1 succeeded in ") || !strings.Contains(terminal.Outcome(end), "Release r1 (version ") {
			t.Errorf("it is %s: %q", end.Status, terminal.Outcome(end))
		}
	})
}

func TestBranchesAreDrawnApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := deployed(t, machine.Behavior{})
		arn := started(t, s, "r1")
		if _, err := s.Await(t.Context(), arn); err != nil {
			t.Fatal(err)
		}
		p, err := execution.Look(t.Context(), s.SFN, arn)
		if err != nil {
			t.Fatal(err)
		}
		var order []string
		for _, step := range p.Steps {
			if step.Depth == 1 {
				order = append(order, step.Name)
			}
		}
		bake := "FindImage LaunchBuilder AwaitBuild CreateImage CheckImage TerminateBuilder"
		entrance := "EnsureLoadBalancer EnsureListener CheckLoadBalancer"
		if got := strings.Join(order, " "); got != bake+" "+entrance {
			t.Errorf("the branches are %s", got)
		}
	})
}

func TestFailureIsShownWithItsRemedy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := deployed(t, machine.Behavior{Build: machine.BuildFails, Reason: "install.sh: exit 7"})
		arn := started(t, s, "r1")
		end, err := execution.Follow(t.Context(), s.SFN, arn, execution.OnOneMachine, func(*execution.Progress) {})
		if err != nil {
			t.Fatal(err)
		}
		shows(t, end, `│ ✗ Await build +BuildFailed: builder i-`, `✓ Undo`, `✓ Unlock`)
		for _, words := range []string{"FailedClean", "install.sh: exit 7", "gallery logs i-"} {
			if !strings.Contains(terminal.Outcome(end), words) {
				t.Errorf("%q does not say %q", terminal.Outcome(end), words)
			}
		}
	})
}

func TestRetriesAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := deployed(t, machine.Behavior{})
		s.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			if call.Caller == "FindGroup" {
				return nil, fabric.Errorf("Throttling", "Rate exceeded")
			}
			return next()
		})
		arn := started(t, s, "r1")
		most := 0
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
		defer cancel()
		seen, _ := execution.Follow(ctx, s.SFN, arn, execution.OnOneMachine, func(p *execution.Progress) {
			if step := p.Step("FindGroup"); step != nil && step.Phase == execution.Retrying {
				most = max(most, step.Retries)
				shows(t, p, `↻ Find group +attempt \d+, Throttled: `)
			}
		})
		if most < 3 {
			t.Errorf("%d retries were seen, want 3 at least:\n%s", most, drawn(seen))
		}
	})
}

func TestLastRunGivesTheEstimate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := deployed(t, machine.Behavior{})
		for _, name := range []string{"r1", "r2"} {
			if _, err := s.Await(t.Context(), started(t, s, name)); err != nil {
				t.Fatal(err)
			}
		}
		footer := ""
		_, err := execution.Follow(t.Context(), s.SFN, started(t, s, "r3"), execution.OnOneMachine, func(p *execution.Progress) {
			if lines := terminal.Lines(p, time.Now(), 120, terminal.Style{}); footer == "" && p.Left(time.Now()) > 0 {
				footer = lines[len(lines)-1]
			}
		})
		if err != nil || !strings.Contains(footer, " left") {
			t.Errorf("%q, %v", footer, err)
		}
	})
}

func TestFollowingEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := deployed(t, machine.Behavior{})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		seen, err := execution.Follow(ctx, s.SFN, started(t, s, "r1"), execution.OnOneMachine, func(*execution.Progress) {})
		if err == nil || seen.Name != "r1" || terminal.Outcome(seen) != "" {
			t.Errorf("%v, %q", err, terminal.Outcome(seen))
		}
	})
}

func TestFollowReportsAMissingExecution(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := deployed(t, machine.Behavior{})
		arn := strings.Replace(s.Settings.ReleaseMachine, ":stateMachine:", ":execution:", 1) + ":none"
		_, err := execution.Look(t.Context(), s.SFN, arn)
		if !release.IsNotFound(err) {
			t.Errorf("got %v", err)
		}
	})
}
