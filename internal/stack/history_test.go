package stack

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"

	view "photogallery/internal/environment"
	"photogallery/internal/localcloud/fabric"
	"photogallery/internal/localcloud/machine"
	"photogallery/lambdas/records"
	"photogallery/release"
)

// past returns the history as the command line and the console read it.
func (e *environment) past() []view.Past {
	e.Helper()
	reader := view.Reader{Clients: e.Clients, Environment: e.Settings.Environment, Table: e.Settings.Table}
	history, err := reader.History(e.Context())
	if err != nil {
		e.Fatal(err)
	}
	return history
}

// told compares the history, newest first, with lines of a name, an end and words of the reason.
func (e *environment) told(want ...string) {
	e.Helper()
	e.toldBut("", want...)
}

// toldBut is told without the entries of one name.
func (e *environment) toldBut(name string, want ...string) {
	e.Helper()
	var got, names []string
	for _, p := range slices.DeleteFunc(e.past(), func(p view.Past) bool { return p.Name == name }) {
		end := string(p.End)
		if p.Ended.IsZero() != (end == "") || p.Ended.Before(p.Began) && end != "" {
			e.Errorf("%s ended %q from %s to %s", p.Name, end, p.Began, p.Ended)
		}
		got, names = append(got, strings.TrimSpace(p.Name+" "+end+" "+p.Reason)), append(names, p.Name)
	}
	if len(got) != len(want) {
		e.Fatalf("the history is of %v, want %q", names, want)
	}
	for i, line := range want {
		words := strings.Fields(line)
		if !strings.HasPrefix(got[i], strings.Join(words[:min(2, len(words))], " ")) || !strings.Contains(got[i], strings.Join(words[min(2, len(words)):], " ")) {
			e.Errorf("entry %d is %q, want %q", i, got[i], line)
		}
	}
}

// back releases a former release again, as the command line and the console do.
func (e *environment) back(name, to string) run {
	e.Helper()
	_, input, err := view.Wish{Release: to, By: "ann"}.Find(e.past())
	if err != nil {
		e.Fatal(err)
	}
	return e.release(name, input)
}

func (e *environment) refusesBack(to string, code release.Code, words ...string) {
	e.Helper()
	former, _, err := view.Wish{Release: to}.Find(e.past())
	if release.CodeOf(err) != code {
		e.Errorf("back to %q is %+v, %v", to, former, err)
		return
	}
	for _, word := range words {
		if !strings.Contains(err.Error(), word) {
			e.Errorf("back to %q is refused by %q, without %q", to, err, word)
		}
	}
}

func TestHistoryHasEveryRelease(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.told()
		e.release("r1", `{"version": "1", "by": "ann", "commit": "abc with changes"}`).ends("Succeeded")
		first := e.current()
		e.release("r2", `{"version": "2", "rebake": true, "strategy": "rolling"}`).ends("Succeeded")
		e.fleetBehaves("r3", machine.Behavior{NeverHealthy: true})
		e.release("r3", `{"version": "3", "rebake": true}`).ends("FailedClean")
		e.fleetBehaves("", machine.Behavior{})
		execution := e.start(e.StartRelease(t.Context(), "r4", `{"version": "4", "rebake": true, "strategy": "blueGreen", "bakeTime": "20h"}`))
		e.until(execution, "AwaitVerdict", 2)
		e.told("r4", "r3 FailedClean", "r2 Succeeded", "r1 Succeeded")
		e.says(release.Rollback, "r4")
		e.await(execution).ends("FailedClean", "RolledBack")
		e.release("refused", `{"minSize": 99}`).ends("FailedClean", "InvalidRequest")
		e.release("r5", `{"version": "5", "rebake": true}`).ends("Succeeded")
		e.told("r5 Succeeded", "r4 FailedClean RolledBack: ann rolled release r4 back", "r3 FailedClean", "r2 Succeeded", "r1 Succeeded")

		e.refusesBack("r3", release.InvalidRequest, "r3 cannot be released again, because it failed", "r2, r1")
		e.refusesBack("r4", release.InvalidRequest, "it failed")
		e.refusesBack("r5", release.InvalidRequest, "because it serves")
		e.refusesBack("r9", release.NotFound, `no release "r9"`, "r2, r1")
		if judged := e.past()[0].Verdict; judged == "" {
			t.Error("the history has no verdict on a second fleet")
		}
		if rolled := e.past()[3].Verdict; rolled != "" {
			t.Errorf("the history has a verdict on a rolling release: %s", rolled)
		}
		e.back("r6", "r1").ends("Succeeded")
		e.serves("r6", 2)
		if now := e.current(); now.Version != "1" || now.Digest != first.Digest || now.Bundle != first.Bundle {
			t.Errorf("back at %+v, want %+v", now, first)
		}
		newest := e.past()[0]
		if newest.By != "ann" || newest.Commit != "abc with changes" || newest.Image != e.current().Image || !newest.Serves || newest.Strategy == "" {
			t.Errorf("the newest entry is %+v", newest)
		}
		e.teardown("t1", `{"by": "the schedule x"}`).ends("Succeeded")
		e.told("t1 Succeeded", "r6 Succeeded", "r5 Succeeded", "r4 FailedClean", "r3 FailedClean", "r2 Succeeded", "r1 Succeeded")
		if torn := e.past()[0]; torn.By != "the schedule x" || torn.Kind != release.TeardownEntry || torn.Undoes != "" {
			t.Errorf("the teardown's entry is %+v", torn)
		}
		e.refusesBack("", release.InvalidRequest, "no release serves")
		e.refusesBack("t1", release.NotFound)
	})
}

// Without a name a rollback goes to what served before, and back again: an image that is there is
// not baked.
func TestRollbackGoesToTheReleaseBefore(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.refusesBack("", release.InvalidRequest, "no release serves")
		e.release("r1", `{"version": "1"}`).ends("Succeeded")
		e.refusesBack("", release.InvalidRequest, "no release before r1")
		e.release("r2", `{"version": "2", "rebake": true}`).ends("Succeeded")
		e.release("r3", `{"minSize": 3, "maxSize": 4}`).ends("Succeeded") // is no other version
		former := e.past()[2]
		if former.Name != "r1" || former.Again != view.FromImage {
			t.Fatalf("the first entry is %+v", former)
		}
		back := e.back("r4", "").ends("Succeeded")
		if slices.Contains(e.Path(back.arn), "LaunchBuilder") {
			t.Error("an image that is there is baked again")
		}
		e.serves("r4", 3)
		if now := e.current(); now.Version != "1" || now.Image != former.Image || now.MinSize != 3 {
			t.Errorf("back at %+v, want %+v", now, former)
		}
		e.back("r5", "").ends("Succeeded")
		if now := e.current(); now.Version != "2" {
			t.Errorf("back again at version %s", now.Version)
		}
	})
}

// The image of an older release is gone by then, its bundle is not.
func TestOlderReleaseIsBakedAgain(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r1", `{"version": "1"}`).ends("Succeeded")
		first := e.current()
		for _, name := range []string{"r2", "r3", "r4", "r5", "r6"} {
			e.release(name, `{"version": "`+name+`", "rebake": true}`).ends("Succeeded")
		}
		history := e.past()
		for i, want := range []view.Again{"", view.FromImage, view.FromBundle, view.FromBundle, view.FromBundle, view.FromBundle} {
			if history[i].Again != want {
				t.Errorf("%s can be released again from %q, want %q", history[i].Name, history[i].Again, want)
			}
		}
		e.back("r7", "r1").ends("Succeeded")
		if now := e.current(); now.Version != "1" || now.Bundle != first.Bundle {
			t.Errorf("back at %+v", now)
		}
	})
}

// configures makes settings the ones that the next release takes, and returns their digest.
func (e *environment) configures(digit string) (digest string) {
	e.Helper()
	digest = strings.Repeat(digit, 64/len(digit))
	err := records.ChangeSettings(e.Context(), e.Clients.DynamoDB, e.Settings.Table, func(recorded *records.Settings) (bool, error) {
		recorded.Add(records.KnownSettings{Digest: digest, At: time.Now(), By: "ann"})
		return true, nil
	})
	if err != nil {
		e.Fatal(err)
	}
	return digest
}

func TestRollbackHasTheSettingsOfItsRelease(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		e.release("r0", `{"version": "0"}`).ends("Succeeded")
		first := e.configures("1")
		e.release("r1", `{"version": "1"}`).ends("Succeeded")
		second := e.configures("2")
		e.release("r2", `{"version": "2"}`).ends("Succeeded")
		if e.current().Settings != second {
			t.Fatalf("r2 has the settings %s", e.current().Settings)
		}
		e.back("r3", "").ends("Succeeded") // which has the same image
		if now := e.current(); now.Settings != first || now.Version != "1" {
			t.Errorf("back at version %s with the settings %s", now.Version, now.Settings)
		}
		e.back("r4", "r0").ends("Succeeded")
		if now := e.current(); now.Settings != "" {
			t.Errorf("a release without settings has %s", now.Settings)
		}
		for i := range 2 * records.KeptSettings {
			e.configures(fmt.Sprintf("%02x", 0x40+i))
		}
		e.release("r5", `{"version": "5"}`).ends("Succeeded")
		e.release("r6", `{"version": "6"}`).ends("Succeeded")
		e.back("r7", "r1").ends("Succeeded") // whose settings are older than those that are kept
		if now := e.current(); now.Settings != first {
			t.Errorf("back with the settings %s", now.Settings)
		}
	})
}

// An execution that ends without a step of its own has an entry that the next holder closes.
func TestHistoryHasWhatNoCatchSees(t *testing.T) {
	t.Run("stopped", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			execution := e.start(e.StartRelease(t.Context(), "r1", `{}`))
			time.Sleep(4 * time.Minute)
			e.told("r1")
			e.stop("r1")
			e.await(execution)
			e.await(e.settled("undo-r1")).ends("Succeeded")
			e.told("undo-r1 Succeeded", "r1 Aborted")
			if undo := e.past()[0]; undo.Undoes != "r1" || undo.By != "the end of release r1" {
				t.Errorf("the undo's entry is %+v", undo)
			}
		})
	})
	t.Run("stopped by a teardown", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			e.start(e.StartRelease(t.Context(), "r1", `{}`))
			time.Sleep(5 * time.Minute)
			e.teardown("t1", `{"images": "delete"}`).ends("Succeeded")
			e.await(e.settled("undo-r1")).ends("Succeeded")
			e.toldBut("undo-r1", "t1 Succeeded", "r1 Aborted Interrupted: A teardown of the environment was started")
		})
	})
	t.Run("stopped after it has served", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			stopped := false
			e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
				out, err := next()
				if call.Caller == "Promote" && call.Operation.Name == "PutItem" && !stopped {
					stopped = true
					e.stop("r1")
				}
				return out, err
			})
			e.await(e.start(e.StartRelease(t.Context(), "r1", `{}`)))
			e.await(e.settled("undo-r1")).ends("Succeeded")
			e.told("undo-r1 Succeeded", "r1 Aborted")
			if r1 := e.past()[1]; !r1.Serves || !r1.Served || r1.Image != e.current().Image {
				t.Errorf("what serves has the entry %+v", r1)
			}
		})
	})
	t.Run("the lock stays", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			lift := e.denies("Unlock", "DeleteItem")
			e.release("r1", `{}`).ends("Succeeded")
			lift()
			e.release("r2", `{"version": "2", "wait": true}`).ends("Succeeded")
			e.told("r2 Succeeded", "r1 Succeeded")
			if r1 := e.past()[1]; !r1.Served {
				t.Errorf("r1 has %+v", r1)
			}
		})
	})
	t.Run("its end cannot be written", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			lift := e.denies("Unlock", "PutItem")
			e.release("r1", `{}`).ends("Succeeded")
			e.told("r1")
			lift()
			e.release("r2", `{"version": "2", "wait": true}`).ends("Succeeded")
			e.told("r2 Succeeded", "r1 Succeeded")
		})
	})
	t.Run("stopped right after it took the lock", func(t *testing.T) {
		inVirtualTime(t, func(t *testing.T, e *environment) {
			lift := e.refusesHistory("Lock", "ThrottlingException")
			execution := e.start(e.StartRelease(t.Context(), "r1", `{}`))
			time.Sleep(10 * time.Second)
			e.stop("r1")
			e.await(execution)
			e.told()
			lift()
			e.await(e.settled("undo-r1")).ends("Succeeded")
			e.told("undo-r1 Succeeded", "r1 Aborted")
		})
	})
}

// refusesHistory makes a step's writes of the history fail until it is lifted.
func (e *environment) refusesHistory(step, code string) (lift func()) {
	lifted := false
	e.Cloud.Fabric.Intercept(func(_ context.Context, call fabric.Call, next func() (any, error)) (any, error) {
		if call.Caller == step && isHistory(call) && !lifted {
			return nil, fabric.Errorf(code, "refused for the test")
		}
		return next()
	})
	return func() { lifted = true }
}

func isHistory(call fabric.Call) bool {
	in, writes := call.Input.(*dynamodb.PutItemInput)
	if !writes {
		return false
	}
	id, _ := in.Item["pk"].(*types.AttributeValueMemberS)
	return id != nil && id.Value == "history"
}

func TestLostAnswerWritesNoEntryTwice(t *testing.T) {
	for _, lost := range []struct{ step, operation string }{{"Lock", "PutItem"}, {"Unlock", "PutItem"}, {"Unlock", "DeleteItem"}} {
		t.Run(lost.step+" "+lost.operation, func(t *testing.T) {
			inVirtualTime(t, func(t *testing.T, e *environment) {
				e.losesAnswer(lost.step, lost.operation)
				e.release("r1", `{}`).ends("Succeeded")
				e.told("r1 Succeeded")
			})
		})
	}
}

// A history that cannot be read keeps neither a release nor a teardown from its work, and is not lost.
func TestUnreadableHistoryStopsNothing(t *testing.T) {
	inVirtualTime(t, func(t *testing.T, e *environment) {
		broken := map[string]types.AttributeValue{"pk": &types.AttributeValueMemberS{Value: "history"}, "document": &types.AttributeValueMemberS{Value: "["}}
		if _, err := e.Clients.DynamoDB.PutItem(t.Context(), &dynamodb.PutItemInput{TableName: aws.String(e.Settings.Table), Item: broken}); err != nil {
			t.Fatal(err)
		}
		e.release("r1", `{}`).ends("Succeeded")
		e.teardown("t1", `{}`).ends("Succeeded")
		reader := view.Reader{Clients: e.Clients, Environment: e.Settings.Environment, Table: e.Settings.Table}
		if _, err := reader.History(t.Context()); err == nil || !strings.Contains(err.Error(), `delete the item "history"`) {
			t.Errorf("it is read as %v", err)
		}
		out, err := e.Clients.DynamoDB.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String(e.Settings.Table), Key: map[string]types.AttributeValue{"pk": broken["pk"]}, ConsistentRead: aws.Bool(true)})
		if err != nil || cmp.Diff(broken["document"].(*types.AttributeValueMemberS).Value, out.Item["document"].(*types.AttributeValueMemberS).Value) != "" {
			t.Errorf("it has become %v, %v", out, err)
		}
	})
}
