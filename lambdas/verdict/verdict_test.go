package verdict_test

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/eventbridge"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"photogallery/internal/localcloud/dynamodb"
	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/lambdas/verdict"
	"photogallery/release"
)

// cloud has the table, and notes what tokens are answered.
type cloud struct {
	*testing.T
	clients  step.Clients
	settings step.Settings
	answered []string
	told     []string // notices
	looked   func()   // is called once, when a record has been read
}

func inCloud(t *testing.T, test func(*cloud)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		f := fabric.New(1)
		defer f.Close()
		c := &cloud{T: t, clients: step.NewClients(f.Config(), nil), settings: step.Settings{Environment: "main", Table: "photogallery-main", Timings: step.DefaultTimings()}}
		tables := dynamodb.New(f)
		f.Do(func() { tables.AddTable(c.settings.Table, records.Key) })
		fabric.Handle(f, sfn.ServiceID, "SendTaskSuccess", func(in *sfn.SendTaskSuccessInput) (*sfn.SendTaskSuccessOutput, error) {
			return &sfn.SendTaskSuccessOutput{}, c.answer(*in.TaskToken, *in.Output)
		})
		fabric.Handle(f, sfn.ServiceID, "SendTaskFailure", func(in *sfn.SendTaskFailureInput) (*sfn.SendTaskFailureOutput, error) {
			return &sfn.SendTaskFailureOutput{}, c.answer(*in.TaskToken, *in.Error+": "+aws.ToString(in.Cause))
		})
		fabric.Handle(f, eventbridge.ServiceID, "PutEvents", func(in *eventbridge.PutEventsInput) (*eventbridge.PutEventsOutput, error) {
			c.told = append(c.told, *in.Entries[0].Source+" "+*in.Entries[0].DetailType+" "+*in.Entries[0].Detail)
			return &eventbridge.PutEventsOutput{}, nil
		})
		f.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
			out, err := next()
			if looked := c.looked; call.Operation.Name == "GetItem" && looked != nil {
				c.looked = nil
				looked()
			}
			return out, err
		})
		test(c)
	})
}

// answer accepts the answer to a token once, as Step Functions does.
func (c *cloud) answer(token, with string) error {
	if slices.ContainsFunc(c.answered, func(line string) bool { return strings.HasPrefix(line, token+" ") }) {
		return fabric.Errorf("TaskTimedOut", "the task is over")
	}
	c.answered = append(c.answered, token+" "+with)
	return nil
}

func (c *cloud) invoke(s step.Step, in string) error {
	c.Helper()
	_, err := s.Handler(c.clients, c.settings, slog.New(slog.DiscardHandler)).Invoke(c.Context(), []byte(in))
	return err
}

// awaits registers a token for a wait that began at a time.
func (c *cloud) awaits(token string, percent int, asking bool, since time.Time) error {
	c.Helper()
	in, err := json.Marshal(verdict.AwaitInput{Plan: release.Plan{Release: "r1", ApprovalSeconds: 600}, Asking: asking, Percent: percent, Since: since, Token: token})
	if err != nil {
		c.Fatal(err)
	}
	return c.invoke(verdict.AwaitVerdict, string(in))
}

func (c *cloud) must(err error) {
	c.Helper()
	if err != nil {
		c.Error(err)
	}
}

func said(answer release.Answer, by string, at time.Time) string {
	return fmt.Sprintf(`{"version": "0", "id": "e", "time": %q, "detail-type": "Release Verdict", "detail": {"release": "r1", "verdict": %q, "by": %q}}`,
		at.UTC().Truncate(time.Second).Format(time.RFC3339), answer, by)
}

func (c *cloud) decides(event string) { c.Helper(); c.must(c.invoke(verdict.Decide, event)) }

func (c *cloud) wants(lines ...string) {
	c.Helper()
	if !slices.Equal(c.answered, lines) {
		c.Errorf("answered are\n%s\nwant\n%s", strings.Join(c.answered, "\n"), strings.Join(lines, "\n"))
	}
}

const promoted = `{"release":"r1","verdict":"promote","by":"ann"}`

func TestVerdictAnswersTheWaitThatItIsFor(t *testing.T) {
	inCloud(t, func(c *cloud) {
		hold := time.Now()
		c.must(c.awaits("one", 5, false, hold))
		time.Sleep(10 * time.Second)
		promotion := said(release.Promote, "ann", time.Now())
		c.decides(promotion)
		c.wants("one " + promoted)
		bake := time.Now().Add(time.Second)
		time.Sleep(2 * time.Second)
		c.decides(promotion) // delivered again, before the next wait is known
		c.must(c.awaits("two", 100, false, bake))
		c.decides(promotion) // and after it
		c.decides(said(release.Promote, "ann", bake.Add(-time.Second)))
		c.must(c.awaits("three", 100, false, bake))
		c.wants("one " + promoted)
		c.decides(said(release.Promote, "ann", bake.Add(5*time.Second)))
		c.wants("one "+promoted, "three "+promoted)
	})
}

// An event's time has whole seconds, so the sender says which wait it answers, if it knows.
func TestPromotionInTheSecondInWhichItsWaitBegins(t *testing.T) {
	inCloud(t, func(c *cloud) {
		hold := time.Now().Add(300 * time.Millisecond)
		time.Sleep(500 * time.Millisecond)
		c.must(c.awaits("one", 5, false, hold))
		c.decides(said(release.Promote, "ann", time.Now()))
		c.wants()
		c.decides(saidTo(hold))
		c.wants("one " + promoted)
		bake := hold.Add(300 * time.Millisecond)
		time.Sleep(300 * time.Millisecond)
		c.must(c.awaits("two", 100, false, bake))
		c.decides(saidTo(hold)) // a second click
		c.wants("one " + promoted)
		c.decides(saidTo(bake))
		c.wants("one "+promoted, "two "+promoted)
	})
}

// saidTo is a promotion that names its wait.
func saidTo(wait time.Time) string {
	event := said(release.Promote, "ann", time.Now())
	return strings.Replace(event, `"by"`, fmt.Sprintf(`"waitSince": %q, "by"`, wait.UTC().Format(time.RFC3339Nano)), 1)
}

// Between two waits of a hold a verdict finds a token that is over; the next one is answered at once.
func TestVerdictIsKeptUntilATaskWaits(t *testing.T) {
	for answer, want := range map[release.Answer]string{
		release.Promote:  promoted,
		release.Rollback: "RolledBack: ann rolled release r1 back while it had 5 % of the traffic",
	} {
		inCloud(t, func(c *cloud) {
			hold := time.Now()
			c.must(c.awaits("one", 5, false, hold))
			c.must(c.answer("one", "States.Timeout"))
			time.Sleep(10 * time.Second)
			c.decides(said(answer, "ann", time.Now()))
			c.must(c.awaits("two", 5, false, hold))
			c.wants("one States.Timeout", "two "+want)
		})
	}
}

// The verdict comes after the step has looked for one, and before it returns.
func TestVerdictWhileTheTaskRegisters(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.looked = func() { c.decides(said(release.Rollback, "ann", time.Now())) }
		c.must(c.awaits("one", 5, false, time.Now().Add(-time.Minute)))
		c.wants("one RolledBack: ann rolled release r1 back while it had 5 % of the traffic")
	})
}

// A rollback is good at any later wait, and nobody's promotion undoes it.
func TestRollbackStays(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.must(c.awaits("one", 5, false, time.Now()))
		c.must(c.answer("one", "States.Timeout"))
		c.decides(said(release.Rollback, "ann", time.Now()))
		time.Sleep(10 * time.Second)
		c.decides(said(release.Promote, "bob", time.Now()))
		c.must(c.awaits("two", 50, false, time.Now()))
		c.wants("one States.Timeout", "two RolledBack: ann rolled release r1 back while it had 50 % of the traffic")
	})
}

// A rollback may come before the first wait; a promotion is for a wait that has begun.
func TestVerdictBeforeTheFirstWait(t *testing.T) {
	for answer, want := range map[release.Answer][]string{
		release.Promote:  nil,
		release.Rollback: {"one RolledBack: ann rolled release r1 back while it waited for its approval"},
	} {
		inCloud(t, func(c *cloud) {
			c.decides(said(answer, "ann", time.Now()))
			time.Sleep(time.Minute)
			c.must(c.awaits("one", 0, true, time.Now()))
			c.wants(want...)
		})
	}
}

func TestSilenceIsANoToAnApproval(t *testing.T) {
	inCloud(t, func(c *cloud) {
		asked := time.Now()
		c.must(c.awaits("one", 0, true, asked))
		time.Sleep(10 * time.Minute)
		err := c.awaits("two", 0, true, asked)
		if err == nil || !strings.Contains(err.Error(), "nobody approved release r1 within 10m0s") {
			t.Errorf("it fails by %v", err)
		}
		c.wants()
	})
}

// People are told once for each approval how to answer, and until when.
func TestPeopleAreToldThatAnApprovalIsAskedFor(t *testing.T) {
	inCloud(t, func(c *cloud) {
		asked := time.Now()
		c.must(c.awaits("one", 0, true, asked))
		time.Sleep(time.Minute)
		c.must(c.awaits("two", 0, true, asked))
		c.must(c.awaits("three", 50, false, time.Now()))
		again := time.Now().Add(time.Minute)
		c.must(c.awaits("four", 50, true, again))
		if len(c.told) != 2 {
			t.Fatalf("told is %q", c.told)
		}
		for i, words := range [][]string{
			{"photogallery-main.notice Release Notice", `"release":"r1"`, "no visitor sees it yet", "`gallery promote r1 --stack photogallery-main`", "`gallery rollback r1 --stack", "Silence is a no at " + asked.Add(10*time.Minute).UTC().Format("2006-01-02 15:04 MST")},
			{"50 % of the visitors see it"},
		} {
			for _, word := range words {
				if !strings.Contains(c.told[i], word) {
					t.Errorf("%q lacks %q", c.told[i], word)
				}
			}
		}
	})
}

// A verdict that was given in time counts even if its answer was lost.
func TestApprovalInTimeCountsLate(t *testing.T) {
	inCloud(t, func(c *cloud) {
		asked := time.Now()
		c.must(c.awaits("one", 0, true, asked))
		c.must(c.answer("one", "States.Timeout"))
		time.Sleep(9 * time.Minute)
		c.decides(said(release.Promote, "ann", time.Now()))
		time.Sleep(9 * time.Minute)
		c.must(c.awaits("two", 0, true, asked))
		c.wants("one States.Timeout", "two "+promoted)
	})
}

func TestEventThatSaysNothingIsRefused(t *testing.T) {
	inCloud(t, func(c *cloud) {
		c.must(c.awaits("one", 5, false, time.Now().Add(-time.Minute)))
		for event, word := range map[string]string{
			`[]`: "unreadable",
			`{"detail-type": "Build Result", "detail": {}}`:                                       "Release Verdict",
			`{"detail-type": "Release Verdict", "detail": {"verdict": "promote"}}`:                "detail.release",
			`{"detail-type": "Release Verdict", "detail": {"release": "r1", "verdict": "maybe"}}`: "give promote or rollback",
		} {
			if err := c.invoke(verdict.Decide, event); err == nil || !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %v", event, err)
			}
		}
		c.decides(strings.ReplaceAll(said(release.Promote, "ann", time.Now()), `"r1"`, `"r2"`))
		c.wants()
	})
}

// The name comes from outside and stands in messages.
func TestNameIsPlain(t *testing.T) {
	for by, want := range map[string]string{"": "somebody", " \x1b[31mann\n": "[31mann", strings.Repeat("x", 500): strings.Repeat("x", 64)} {
		inCloud(t, func(c *cloud) {
			c.must(c.awaits("one", 0, true, time.Now()))
			detail, err := json.Marshal(by)
			if err != nil {
				t.Fatal(err)
			}
			c.decides(`{"detail-type": "Release Verdict", "detail": {"release": "r1", "verdict": "rollback", "by": ` + string(detail) + `}}`)
			c.wants("one RolledBack: " + want + " rolled release r1 back while it waited for its approval")
		})
	}
}
