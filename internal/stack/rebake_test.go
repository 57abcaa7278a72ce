package stack

import (
	"context"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/scheduler"
	schedulertypes "github.com/aws/aws-sdk-go-v2/service/scheduler/types"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"github.com/google/go-cmp/cmp"

	"photogallery/internal/localcloud/machine"
	"photogallery/release"
)

// offers publishes a base image that Amazon has made now.
func (e *environment) offers(id string) { e.Offer(Base{id, time.Now()}) }

// rebakesDaily starts a rebake every day at six, as the stack's option does.
func (e *environment) rebakesDaily() {
	e.Helper()
	_, err := e.Clients.Scheduler.CreateSchedule(e.Context(), &scheduler.CreateScheduleInput{
		GroupName: aws.String(e.Settings.Environment.Name()), Name: aws.String("photogallery-main-rebake"),
		ScheduleExpression: aws.String("cron(0 6 * * ? *)"), FlexibleTimeWindow: &schedulertypes.FlexibleTimeWindow{Mode: schedulertypes.FlexibleTimeWindowModeOff},
		Target: &schedulertypes.Target{Arn: &e.Settings.ReleaseMachine, RoleArn: &e.Settings.ScheduleRole, Input: aws.String(release.RebakeRequest)},
	})
	if err != nil {
		e.Fatal(err)
	}
}

// releases returns all releases, oldest first, by their last state.
func (e *environment) releases() (all []run) {
	e.Helper()
	pages := sfn.NewListExecutionsPaginator(e.SFN, &sfn.ListExecutionsInput{StateMachineArn: &e.Settings.ReleaseMachine})
	for pages.HasMorePages() {
		page, err := pages.NextPage(e.Context())
		if err != nil {
			e.Fatal(err)
		}
		for _, one := range page.Executions {
			all = append(all, e.await(*one.ExecutionArn))
		}
	}
	slices.Reverse(all)
	return all
}

func TestMonthWithTwoNewBaseImagesHasTwoRebakes(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{"version": "1.4", "minSize": 1, "maxSize": 3, "instanceType": "t4g.micro", "ttl": "8760h"}`).ends("Succeeded")
		before := e.current()
		e.rebakesDaily()
		images := []string{before.Image}
		for _, base := range []string{"ami-0aaaaaaaaaaaaaaa1", "ami-0aaaaaaaaaaaaaaa2"} {
			time.Sleep(10 * 24 * time.Hour)
			if now := e.current(); now.Image != images[len(images)-1] {
				t.Errorf("image %s serves without a newer base image than that of %s", now.Image, images[len(images)-1])
			}
			e.offers(base)
			time.Sleep(24 * time.Hour)
			images = append(images, e.current().Image)
		}
		time.Sleep(9 * 24 * time.Hour)
		bakes, idle := 0, 0
		for _, one := range e.releases()[1:] {
			switch path := strings.Join(e.Path(one.arn), " "); {
			case strings.Contains(path, "LaunchBuilder"):
				one.ends("Succeeded")
				bakes++
			default:
				one.ends("Unchanged").follows("Plan")
				idle++
				if !strings.HasPrefix(one.Output, `{"unchanged":"image ami-`) {
					t.Errorf("the output is %s", one.Output)
				}
			}
		}
		if bakes != 2 || idle < 27 {
			t.Errorf("%d rebakes, and %d days without", bakes, idle)
		}
		after := e.current()
		if after.Image != images[2] || after.FormerImage != images[1] || images[1] == images[0] || images[2] == images[1] {
			t.Errorf("the images were %v, and %+v serves", images, after)
		}
		after.Release, after.Image, after.FormerImage, after.TemplateVersion, after.FormerTemplate, after.Slot = before.Release, before.Image, before.FormerImage, before.TemplateVersion, before.FormerTemplate, before.Slot
		if !cmp.Equal(after, before) {
			t.Errorf("the rebakes left %+v of %+v", after, before)
		}
	})
}

func TestRebakeKeepsTheBundleThatServes(t *testing.T) {
	pack := func(_ context.Context, folder string, to io.Writer) (release.Needs, error) {
		_, err := io.WriteString(to, folder)
		return release.Needs{}, err
	}
	inVirtualTimeWith(t, Options{Pack: pack}, func(t *testing.T, e *environment) {
		e.release("r1", `{"version": "mine", "bundle": "/lesson"}`).ends("Succeeded")
		before := e.current()
		e.offers("ami-0aaaaaaaaaaaaaaa1")
		e.release("r2", release.RebakeRequest).ends("Succeeded")
		e.serves("r2", 2)
		if after := e.current(); after.Bundle != before.Bundle || after.Version != "mine" || after.Image == before.Image || after.FormerImage != before.Image {
			t.Errorf("%+v serves after %+v", after, before)
		}
		e.release("r3", release.RebakeRequest).ends("Unchanged").follows("Plan")
		e.serves("r2", 2)
	})
}

func TestRebakeDoesNothingWhereNothingServes(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", release.RebakeRequest).ends("Unchanged").follows("Plan")
		e.empty(0)
		e.release("r2", `{}`).ends("Succeeded")
		e.teardown("t1", `{}`).ends("Succeeded")
		e.offers("ami-0aaaaaaaaaaaaaaa1")
		e.release("r3", release.RebakeRequest).ends("Unchanged").follows("Plan")
		e.empty(1)
	})
}

// Amazon may name an older image again, when it takes back one that is broken.
func TestOlderBaseImageIsNoReasonToBake(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.Offer(Base{"ami-0aaaaaaaaaaaaaaa1", time.Now().AddDate(0, -1, 0)})
		e.release("r2", release.RebakeRequest).ends("Unchanged").follows("Plan")
		e.serves("r1", 2)
	})
}

// A rebake that would wait for another release would bring back what served before it.
func TestRebakeDoesNotWaitForAnotherRelease(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.offers("ami-0aaaaaaaaaaaaaaa1")
		running := e.start(e.StartRelease(t.Context(), "r2", `{"version": "2", "rebake": true}`))
		time.Sleep(time.Minute)
		e.release("r3", release.RebakeRequest).ends("Busy", "r2")
		e.await(running).ends("Succeeded")
		e.release("r4", `{"rebakeIfNewer": true, "wait": true}`).ends("FailedClean", "wait: true does not go with rebakeIfNewer")
		e.release("r5", release.RebakeRequest).ends("Unchanged").follows("Plan")
		e.serves("r2", 2)
	})
}

func TestFailedRebakeLeavesTheFormerServingAndIsTriedAgain(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{}`).ends("Succeeded")
		e.offers("ami-0aaaaaaaaaaaaaaa1")
		e.failsToBuild("r2")
		e.release("r2", release.RebakeRequest).ends("FailedClean", "BuildFailed")
		e.serves("r1", 2)
		e.release("r3", release.RebakeRequest).ends("Succeeded")
		e.serves("r3", 2)
	})
}

// failsToBuild lets the builder of one release fail.
func (e *environment) failsToBuild(of string) {
	e.behave = func(spec machine.Spec) machine.Behavior {
		if spec.Role == release.RoleBuilder && spec.Tags[release.TagRelease] == of {
			return machine.Behavior{Build: machine.BuildFails, Reason: "install.sh: exit 7"}
		}
		return machine.Behavior{}
	}
}
