package teardown_test

import (
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/lambda/messages"
	"github.com/google/go-cmp/cmp"

	"photogallery/internal/localcloud/dynamodb"
	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas/records"
	"photogallery/lambdas/step"
	"photogallery/lambdas/teardown"
	"photogallery/release"
)

const table = "photogallery-main"

func invoke(t *testing.T, s step.Step, clients step.Clients, in any, out any) error {
	t.Helper()
	payload, err := json.Marshal(in)
	if err != nil {
		t.Fatal(err)
	}
	settings := step.Settings{Environment: "main", Table: table, Timings: step.DefaultTimings()}
	answer, err := s.Handler(clients, settings, slog.New(slog.DiscardHandler)).Invoke(t.Context(), payload)
	if err != nil {
		return err
	}
	return json.Unmarshal(answer, out)
}

func TestRequestIsPlannedWithItsDefaults(t *testing.T) {
	var plan map[string]any
	if err := invoke(t, teardown.PlanTeardown, step.Clients{}, map[string]any{"execution": "e", "request": map[string]any{}}, &plan); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{"scope": "environment", "undo": "", "onlyIfServing": "", "onlyIfUnvisited": false, "images": "keep-latest", "dryRun": false, "interrupt": true, "by": ""}
	if diff := cmp.Diff(want, plan); diff != "" {
		t.Error(diff)
	}
}

func TestBadRequestIsRefused(t *testing.T) {
	err := invoke(t, teardown.PlanTeardown, step.Clients{}, map[string]any{"request": map[string]any{"scope": "all", "image": "delete"}}, &release.Teardown{})
	var failure messages.InvokeResponse_Error
	if !errors.As(err, &failure) || failure.Type != string(release.InvalidRequest) || strings.Count(failure.Message, "\n- ") != 2 {
		t.Errorf("got %v", err)
	}
}

func TestTeardownKeepsToItsScope(t *testing.T) {
	environment := release.Teardown{Scope: release.ScopeEnvironment, Images: release.KeepLatestImage}
	ttl := environment
	ttl.OnlyIfServing = "r1"
	undo := release.Teardown{Scope: release.ScopeRelease, Undo: "r1", Images: release.KeepLatestImage}
	serving := release.Current{Serving: true, Release: "r1"}
	tests := map[string]struct {
		plan    release.Teardown
		serving release.Current
		proceed bool
		reason  string
	}{
		"the environment":                 {environment, serving, true, "main is torn down"},
		"an environment that is empty":    {environment, release.Current{}, true, "main is torn down"},
		"a ttl that has come":             {ttl, serving, true, "main is torn down"},
		"a ttl that was overtaken":        {ttl, release.Current{Serving: true, Release: "r2"}, false, "r2 serves by now, not r1"},
		"a ttl of what serves no more":    {ttl, release.Current{Serving: false, Release: "r1"}, false, "r1 serves no more"},
		"a ttl where nothing ever served": {ttl, release.Current{}, false, "r1 serves no more"},
		"an undo":                         {undo, serving, false, "undone"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := fabric.New(1)
				defer f.Close()
				tables, clients := dynamodb.New(f), step.NewClients(f.Config(), nil)
				f.Do(func() { tables.AddTable(table, records.Key) })
				if err := records.WriteCurrent(t.Context(), clients.DynamoDB, table, test.serving); err != nil {
					t.Fatal(err)
				}
				var got teardown.Confirmation
				if err := invoke(t, teardown.ConfirmTeardown, clients, teardown.ConfirmInput{Plan: test.plan}, &got); err != nil {
					t.Fatal(err)
				}
				if got.Proceed != test.proceed || !strings.Contains(got.Reason, test.reason) || !got.SweepBy.Equal(time.Now().Add(40*time.Minute)) {
					t.Errorf("got %+v", got)
				}
			})
		})
	}
}
