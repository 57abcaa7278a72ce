package stack

import (
	"context"
	"encoding/json"
	"io"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	"github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/localcloud/machine"
	"photogallery/lambdas/step"
	"photogallery/release"
	"photogallery/statemachine"
)

// answers are what steps that only pretend do with an input; a step that is not there answers {}.
type answers map[string]func(ctx context.Context, in map[string]any) (any, error)

// pretend makes a step table of all names that the state machines use.
func (a answers) pretend() []step.Step {
	names := []string{"Resume"}
	for _, match := range regexp.MustCompile(`\$\{(\w+)\}`).FindAllSubmatch(slices.Concat(statemachine.Release, statemachine.Teardown), -1) {
		if name := string(match[1]); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	var steps []step.Step
	for _, name := range names {
		steps = append(steps, step.Define(step.Step{Name: name, Timeout: time.Minute}, func(step.Clients, step.Settings) func(context.Context, map[string]any) (any, error) {
			return func(ctx context.Context, in map[string]any) (any, error) {
				if answer := a[name]; answer != nil {
					return answer(ctx, in)
				}
				return map[string]any{"report": "done"}, nil
			}
		}))
	}
	return steps
}

func deployPretending(t *testing.T, a answers) *Stack {
	t.Helper()
	s, err := New(Options{Environment: "main", Kind: machine.NewSimulated(nil), Steps: a.pretend()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func (s *Stack) mustStart(t *testing.T, name, input string) string {
	t.Helper()
	execution, err := s.StartRelease(t.Context(), name, input)
	if err != nil {
		t.Fatal(err)
	}
	return execution
}

// teardowns lists the teardown machine's executions as "name input".
func (s *Stack) teardowns(t *testing.T) (all []string) {
	t.Helper()
	listed, err := s.SFN.ListExecutions(t.Context(), &sfn.ListExecutionsInput{StateMachineArn: &s.Settings.TeardownMachine})
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range listed.Executions {
		described, err := s.SFN.DescribeExecution(t.Context(), &sfn.DescribeExecutionInput{ExecutionArn: item.ExecutionArn})
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, *item.Name+" "+*described.Input)
	}
	return all
}

func TestUncaughtFailureIsUndone(t *testing.T) {
	lock := func(answer map[string]any) answers {
		return answers{
			"Plan": func(context.Context, map[string]any) (any, error) {
				return map[string]any{"release": "r", "wait": true, "dryRun": false}, nil
			},
			"Lock": func(context.Context, map[string]any) (any, error) { return answer, nil },
		}
	}
	busy := map[string]any{"outcome": "busy", "wait": 120}
	refused := map[string]any{"outcome": "refused", "report": "r0 holds the lock"}
	refuse := answers{"Plan": func(context.Context, map[string]any) (any, error) {
		return nil, release.Errorf(release.InvalidRequest, "minSzie is no field")
	}}
	long := strings.Repeat("x", 79)
	tests := map[string]struct {
		answers
		name   string
		during func(*Stack, string) error
		end    string
		want   []string
	}{
		"stopped": {
			lock(busy), "r1", func(s *Stack, execution string) error {
				_, err := s.SFN.StopExecution(context.Background(), &sfn.StopExecutionInput{ExecutionArn: &execution, Error: aws.String("Busy")})
				return err
			}, "ABORTED Busy", []string{`undo-r1 {"release":"r1","scope":"release"}`},
		},
		"out of time":       {lock(busy), "r2", nil, "TIMED_OUT ", []string{`undo-r2 {"release":"r2","scope":"release"}`}},
		"failed by itself":  {refuse, "r3", nil, "FAILED FailedClean", nil},
		"refused the lock":  {lock(refused), "r4", nil, "FAILED Busy", nil},
		"with a long name":  {lock(busy), long, nil, "TIMED_OUT ", []string{undoName(long) + ` {"release":"` + long + `","scope":"release"}`}},
		"failed in Runtime": {lock(map[string]any{}), "r5", nil, "FAILED States.Runtime", []string{`undo-r5 {"release":"r5","scope":"release"}`}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := deployPretending(t, test.answers)
				execution := s.mustStart(t, test.name, "{}")
				if test.during != nil {
					time.Sleep(time.Minute)
					if err := test.during(s, execution); err != nil {
						t.Fatal(err)
					}
				}
				end, err := s.Await(t.Context(), execution)
				if err != nil {
					t.Fatal(err)
				}
				if got := string(end.Status) + " " + end.Error; got != test.end {
					t.Errorf("it ended %s: %s, want %s", got, end.Cause, test.end)
				}
				synctest.Wait()
				if got := s.teardowns(t); !slices.Equal(got, test.want) {
					t.Errorf("teardowns are %v, want %v", got, test.want)
				}
			})
		})
	}
}

func TestNamesOfUndosAreShortAndTheirOwn(t *testing.T) {
	a, b := strings.Repeat("x", 79)+"a", strings.Repeat("x", 79)+"b"
	if len(undoName(a)) != 80 || undoName(a) == undoName(b) || undoName("r1") != "undo-r1" {
		t.Errorf("they are %q and %q and %q", undoName(a), undoName(b), undoName("r1"))
	}
}

func TestEventsOfBuildersReachResume(t *testing.T) {
	tests := map[string]struct {
		source, detailType string
		detail             map[string]string
		want               bool
	}{
		"a build result":         {"photogallery-main.builder", "Build Result", map[string]string{"instance": "i-1", "status": "success"}, true},
		"another's build result": {"photogallery-mainx.builder", "Build Result", map[string]string{"instance": "i-1", "status": "success"}, false},
		"an instance that stops": {"aws.ec2", "EC2 Instance State-change Notification", map[string]string{"instance-id": "i-1", "state": "stopping"}, true},
		"one that is terminated": {"aws.ec2", "EC2 Instance State-change Notification", map[string]string{"instance-id": "i-1", "state": "terminated"}, true},
		"one that runs":          {"aws.ec2", "EC2 Instance State-change Notification", map[string]string{"instance-id": "i-1", "state": "running"}, false},
		"an image":               {"aws.ec2", "EC2 AMI State Change", map[string]string{"ImageId": "ami-1", "State": "available"}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var events []map[string]any
				s := deployPretending(t, answers{"Resume": func(_ context.Context, in map[string]any) (any, error) {
					events = append(events, in)
					return nil, nil
				}})
				s.Cloud.Fabric.Do(func() { s.Cloud.Fabric.Publish(test.source, test.detailType, test.detail) })
				synctest.Wait()
				if !test.want {
					if len(events) != 0 {
						t.Errorf("Resume was given %v", events)
					}
					return
				}
				if len(events) != 1 || events[0]["source"] != test.source || events[0]["detail-type"] != test.detailType {
					t.Fatalf("Resume was given %v", events)
				}
				detail, err := json.Marshal(events[0]["detail"])
				want, err2 := json.Marshal(test.detail)
				if err != nil || err2 != nil || string(detail) != string(want) {
					t.Errorf("the detail is %s, want %s", detail, want)
				}
			})
		})
	}
}

func TestEventSurvivesAFailureOfResume(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		tries := 0
		s := deployPretending(t, answers{"Resume": func(context.Context, map[string]any) (any, error) {
			mu.Lock()
			defer mu.Unlock()
			if tries++; tries == 1 {
				return nil, release.Errorf(release.Throttled, "slow down")
			}
			return nil, nil
		}})
		s.Cloud.Fabric.Do(func() { s.Cloud.Fabric.Publish("photogallery-main.builder", "Build Result", map[string]string{}) })
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		if tries != 2 {
			t.Errorf("Resume ran %d times, want 2", tries)
		}
	})
}

func TestScheduleStartsAStateMachine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := deployPretending(t, nil)
		_, err := s.Clients.Scheduler.CreateSchedule(t.Context(), &scheduler.CreateScheduleInput{
			Name: aws.String("ttl"), GroupName: aws.String(s.Settings.Environment.Name()), ScheduleExpression: aws.String("rate(1 day)"),
			FlexibleTimeWindow: &types.FlexibleTimeWindow{Mode: types.FlexibleTimeWindowModeOff},
			Target:             &types.Target{Arn: &s.Settings.TeardownMachine, RoleArn: &s.Settings.ScheduleRole, Input: aws.String(`{"onlyIfServing":"r1"}`)},
		})
		if err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		if all := s.teardowns(t); len(all) != 1 || !strings.HasSuffix(all[0], ` {"onlyIfServing":"r1"}`) {
			t.Errorf("teardowns are %v", all)
		}
	})
}

func TestSettingsAreCompleteAndBundlesAreThere(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		bundle := func(to io.Writer) error { _, err := io.WriteString(to, "a bundle"); return err }
		pack := func(_ context.Context, folder string, to io.Writer) (release.Needs, error) {
			_, err := io.WriteString(to, "of "+folder)
			return release.Needs{}, err
		}
		s, err := New(Options{
			Environment: "staging", Pace: 60, Kind: machine.NewSimulated(nil), DefaultBundle: bundle, Pack: pack, Steps: answers{}.pretend(),
		})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		for field, value := range reflect.ValueOf(s.Settings).Fields() {
			if value.IsZero() && !slices.Contains([]string{"ScheduleDeadLetters", "Optional", "Metrics", "Tags"}, field.Name) {
				t.Errorf("%s is empty", field.Name)
			}
		}
		where, err := release.ParseBundle(s.Settings.DefaultBundle)
		if err != nil {
			t.Fatal(err)
		}
		packed, err := s.Settings.PackBundle(t.Context(), "lesson", false)
		if err != nil {
			t.Fatal(err)
		}
		for where, want := range map[release.Bundle]string{where: "a bundle", packed: "of lesson"} {
			content, err := s.Cloud.S3.Open(where.Bucket, where.Key)
			if err != nil {
				t.Fatal(err)
			}
			defer content.Close()
			if got, err := io.ReadAll(content); err != nil || string(got) != want {
				t.Errorf("the bundle is %q, %v, want %q", got, err, want)
			}
		}
		if times := s.Settings.Timings; times.Fleet != 15*time.Second || times.InstanceGrace != step.DefaultTimings().InstanceGrace {
			t.Errorf("timings are %+v", times)
		}
	})
}

func TestBadEnvironmentIsRefused(t *testing.T) {
	_, err := New(Options{Environment: "Main_1", Kind: machine.NewSimulated(nil)})
	if release.CodeOf(err) != release.InvalidRequest {
		t.Errorf("got %v", err)
	}
}
