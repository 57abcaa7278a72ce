package environment_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"photogallery/internal/environment"
	"photogallery/internal/localcloud/machine"
	"photogallery/internal/stack"
	"photogallery/lambdas/records"
	"photogallery/release"
)

// past has releases of every kind, the newest first.
func past() []environment.Past {
	at := func(name string, kind release.EntryKind, served bool, image string) environment.Past {
		return environment.Past{Entry: release.Entry{Kind: kind, Name: name, Version: "of " + name, Served: served, Image: image, Bundle: release.Bundle{Bucket: "bucket", Key: "bundles/" + name, SHA256: strings.Repeat("0", 64)}}}
	}
	all := []environment.Past{
		at("t1", release.TeardownEntry, false, ""), at("failed", release.ReleaseEntry, false, ""), at("serves", release.ReleaseEntry, true, "ami-00000002"),
		at("resized", release.ReleaseEntry, true, "ami-00000002"), at("former", release.ReleaseEntry, true, "ami-00000001"), at("older", release.ReleaseEntry, true, "ami-0000000a"), at("gone", release.ReleaseEntry, true, "ami-00000009"),
	}
	all[0].Why, all[1].Why = "it is a teardown", "it failed, and never served"
	all[2].Serves, all[2].Why = true, "it serves"
	all[3].Again, all[4].Again, all[5].Again = environment.FromImage, environment.FromImage, environment.FromBundle
	all[6].Why = "its image and its bundle are gone"
	return all
}

func TestRollbackFindsItsRelease(t *testing.T) {
	for name, want := range map[string][]string{
		"":       {"former", `"image":"ami-00000001"`, `"version":"of former"`, `"settings":"none"`, `"by":"ann"`},
		"older":  {"older", `"bundle":"s3://bucket/bundles/older#sha256=000`},
		"failed": {"", "InvalidRequest", "failed cannot be released again, because it failed", "one of resized, former, older"},
		"serves": {"", "InvalidRequest", "because it serves"},
		"gone":   {"", "InvalidRequest", "its image and its bundle are gone"},
		"t1":     {"", "NotFound", `no release "t1"`},
		"other":  {"", "NotFound", `no release "other"`, "`gallery history`"},
	} {
		found, input, err := environment.Wish{Release: name, By: "ann"}.Find(past())
		text := input
		if err != nil {
			text = err.Error()
		}
		if found.Name != want[0] {
			t.Errorf("%q finds %q", name, found.Name)
		}
		for _, word := range want[1:] {
			if !strings.Contains(text, word) {
				t.Errorf("%q: %s lacks %s", name, text, word)
			}
		}
		if err == nil {
			if _, err := release.ParseRequest([]byte(input)); err != nil {
				t.Errorf("%q: %v", name, err)
			}
		}
	}
	lost := past()
	lost[4].Again, lost[4].Why = "", "its image and its bundle are gone"
	if _, _, err := (environment.Wish{}).Find(lost); err == nil || !strings.Contains(err.Error(), "former served before serves and cannot be released again, because its image and its bundle are gone") {
		t.Errorf("what served before is gone: %v", err)
	}
	if _, _, err := (environment.Wish{}).Find(past()[:3]); err == nil || !strings.Contains(err.Error(), "no release before serves") {
		t.Errorf("nothing served before: %v", err)
	}
	if _, _, err := (environment.Wish{}).Find(nil); err == nil || !strings.Contains(err.Error(), "no release serves") {
		t.Errorf("nothing at all: %v", err)
	}
}

func TestHistoryKnowsWhatCanBeReleasedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, err := stack.New(stack.Options{Environment: "main", Kind: machine.NewSimulated(nil)})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		own, err := release.ParseBundle(s.Settings.DefaultBundle)
		if err != nil {
			t.Fatal(err)
		}
		gone := own
		gone.Key = "bundles/gone"
		began := time.Now()
		entries := release.History{}
		for i, e := range []release.Entry{
			{Name: "gone", Served: true, Image: "ami-00000001", Bundle: gone}, {Name: "bundled", Served: true, Image: "ami-00000001", Bundle: own}, {Name: "without", Served: true, Image: "ami-00000001"},
			{Name: "failed", Bundle: own}, {Name: "running", Bundle: own},
		} {
			e.Kind, e.Began, e.End = release.ReleaseEntry, began.Add(time.Duration(i)*time.Second), release.Succeeded
			if e.Name != "running" {
				e.Ended = e.Began.Add(time.Second)
			}
			entries = entries.Close(e)
		}
		err = records.ChangeHistory(t.Context(), s.Clients.DynamoDB, s.Settings.Table, func(release.History) release.History { return entries })
		if err != nil {
			t.Fatal(err)
		}
		history, err := environment.Reader{Clients: s.Clients, Environment: "main", Table: s.Settings.Table}.History(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{"running  it is under way", "failed  it failed, and never served", "without  its image is gone, and it has no bundle", "bundled bundle ", "gone  its image and its bundle are gone"} {
			if got := history[i].Name + " " + string(history[i].Again) + " " + history[i].Why; got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
	})
}
