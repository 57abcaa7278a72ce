package release_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"photogallery/release"
)

var noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

// entry is a release that began so many minutes after noon.
func entry(name string, minute int) release.Entry {
	return release.Entry{Kind: release.ReleaseEntry, Name: name, Began: noon.Add(time.Duration(minute) * time.Minute)}
}

func ended(of release.Entry, served bool) release.Entry {
	of.Ended, of.End, of.Served = of.Began.Add(time.Minute), release.FailedClean, served
	if served {
		of.End = release.Succeeded
	}
	return of
}

func namesOf(h release.History) string {
	var names []string
	for _, e := range h {
		names = append(names, e.Name+" "+string(e.End))
	}
	return strings.Join(names, ", ")
}

func TestHistoryIsNewestFirstAndWithoutDoubles(t *testing.T) {
	var h release.History
	for range 2 {
		h = h.Open(entry("r1", 0)).Open(entry("r3", 2)).Open(entry("r2", 1))
	}
	h = h.Close(ended(entry("r2", 1), true)).Close(ended(entry("r2", 1), false)).Close(ended(entry("r0", -1), true))
	if got := namesOf(h); got != "r3 , r2 Succeeded, r1 , r0 Succeeded" {
		t.Errorf("it is %s", got)
	}
	again := h.Open(entry("r2", 9)) // by that name, when the first one is forgotten
	if got := namesOf(again); got != "r2 , r3 , r2 Succeeded, r1 , r0 Succeeded" {
		t.Errorf("it is %s", got)
	}
	teardown := entry("r1", 0)
	teardown.Kind = release.TeardownEntry
	if got := h.Open(teardown); len(got) != len(h)+1 {
		t.Errorf("a teardown of a release's name is that release's: %s", namesOf(got))
	}
}

// However many releases fail, those that a rollback can go to stay.
func TestHistoryKeepsWhatARollbackNeeds(t *testing.T) {
	var h release.History
	for i := range 8 {
		h = h.Open(entry(fmt.Sprintf("good%d", i), i)).Close(ended(entry(fmt.Sprintf("good%d", i), i), true))
	}
	for i := range 100 {
		h = h.Open(entry(fmt.Sprintf("bad%d", i), 10+i)).Close(ended(entry(fmt.Sprintf("bad%d", i), 10+i), false))
	}
	if len(h) != 40+release.Releasable+1 || h[0].Name != "bad99" {
		t.Errorf("%d entries: %s", len(h), namesOf(h))
	}
	kept := h.Kept()
	if len(kept) != release.Releasable+1 || kept[0].Name != "good7" || kept[5].Name != "good2" {
		t.Errorf("kept are %s", namesOf(kept))
	}
}

// An execution that had written its end may end otherwise.
func TestHistoryIsCorrected(t *testing.T) {
	first := ended(entry("r1", 0), true)
	first.Image, first.Verdict, first.Commit = "ami-1", "as good", "abc"
	later := ended(entry("r1", 0), false)
	later.End, later.Reason = release.FailedDirty, "The lock is left."
	h := release.History{first, ended(entry("r0", -1), true)}
	want := later
	want.Served, want.Image, want.Verdict, want.Commit = true, "ami-1", "as good", "abc"
	if got := h.Correct(later); got[0] != want || len(got) != 2 || h[0] != first {
		t.Errorf("it is %+v", got)
	}
	open := h.Open(entry("r2", 2)).Open(entry("r3", 3))
	if got := namesOf(open.Unended(entry("r3", 3))); got != "r2 " {
		t.Errorf("without an end besides r3 are %s", got)
	}
}

func TestReleaseOfTheSameBundleHasItsCommit(t *testing.T) {
	first := ended(entry("r1", 0), true)
	first.Bundle, first.Commit = release.Bundle{Bucket: "b", Key: "k", SHA256: "1"}, "abc"
	second, other := entry("r2", 1), entry("r3", 2)
	second.Bundle, other.Bundle = release.Bundle{Bucket: "b", Key: "elsewhere", SHA256: "1"}, release.Bundle{Bucket: "b", Key: "k", SHA256: "2"}
	h := release.History{first}.Open(second).Open(other).Close(ended(second, true))
	if h[1].Name != "r2" || h[1].Commit != "abc" || h[0].Commit != "" {
		t.Errorf("commits are %+v", h)
	}
}

func TestByIsOneLineOfBoundedLength(t *testing.T) {
	for name, want := range map[string]string{"ann": "ann", "a\nb\x1b[31m": "a b [31m", strings.Repeat("ä", 300): strings.Repeat("ä", 256), "\xff": "", `AD\ann`: `AD\ann`} {
		if got := release.By(name); got != want {
			t.Errorf("%q is %q, want %q", name, got, want)
		}
	}
}

func TestTeardownNamesWhatStartsIt(t *testing.T) {
	for input, want := range map[string]string{
		`{}`: "", `{"by": "ann"}`: "ann", `{"scope": "release", "release": "r1"}`: "the end of release r1", `{"onlyIfServing": "r1"}`: "the ttl of release r1",
	} {
		request, err := release.ParseTeardown([]byte(input))
		if got := request.Plan().By; err != nil || got != want {
			t.Errorf("%s is by %q, %v", input, got, err)
		}
	}
}
