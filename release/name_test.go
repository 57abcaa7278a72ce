package release_test

import (
	"slices"
	"strings"
	"testing"

	"photogallery/release"
)

func TestEnvironmentNamesAreChecked(t *testing.T) {
	for name, fits := range map[release.Environment]bool{
		"main": true, "a": true, "a1b": true, release.Environment(strings.Repeat("e", 19)): true,
		"": false, "Main": false, "1a": false, "-a": false, "a-": false, "main-x": false, "a_b": false, "ä": false, "a b": false,
		release.Environment(strings.Repeat("e", 20)): false,
	} {
		err := name.Check()
		if (err == nil) != fits {
			t.Errorf("%q: got %v", name, err)
		}
		if err != nil && (release.CodeOf(err) != release.InvalidRequest || !strings.Contains(err.Error(), string(name))) {
			t.Errorf("%q: got %v", name, err)
		}
	}
}

func TestLongestNamesFitAWS(t *testing.T) {
	longest := release.Environment(strings.Repeat("e", 19))
	if name := longest.Name(); len(name) > 32 {
		t.Errorf("a load balancer cannot be called %s: %d characters", name, len(name))
	}
	digest := release.Digest("a", "b", "arm64")
	if name := longest.ImageName(digest, "r1"); len(name) > 128 {
		t.Errorf("an image cannot be called %s", name)
	}
	if schedule := longest.TTLSchedule() + "-" + release.Short(digest); len(schedule) > 64 {
		t.Errorf("a schedule cannot be called %s", schedule)
	}
}

func TestImageIsNamedAfterItsContent(t *testing.T) {
	const main = release.Environment("main")
	one, other := release.Digest("a", "b", "arm64"), release.Digest("a", "c", "arm64")
	names := []string{
		main.ImageName(one, ""), main.ImageName(other, ""), main.ImageName(one, "r1"), main.ImageName(one, "r2"),
		release.Environment("staging").ImageName(one, ""),
	}
	seen := map[string]bool{}
	for _, name := range names {
		if seen[name] {
			t.Errorf("%s is the name of two images", name)
		}
		seen[name] = true
	}
	if main.ImageName(one, "") != names[0] {
		t.Error("the name changes")
	}
}

func TestAlarmNamesDiffer(t *testing.T) {
	seen := map[string]bool{}
	for _, slot := range release.Slots() {
		for _, kind := range release.AlarmKinds() {
			name := release.Environment("main").Alarm(slot, kind)
			if gotSlot, gotKind := release.Environment("main").AlarmOf(name); gotSlot != slot || gotKind != kind {
				t.Errorf("%s is of %s, %s", name, gotSlot, gotKind)
			}
			if seen[name] || !strings.HasPrefix(name, release.Environment("main").Group(slot)+"-") {
				t.Errorf("%s", name)
			}
			seen[name] = true
		}
	}
	name := release.Environment("main").BalancerAlarm()
	if slot, kind := release.Environment("main").AlarmOf(name); slot != "" || kind != release.BalancerErrors || seen[name] {
		t.Errorf("%s is of slot %q, %s", name, slot, kind)
	}
	for _, outage := range release.Environment("main").Outages() {
		if !slices.Contains(release.Environment("main").Alarms(), outage) {
			t.Errorf("%s is swept by nobody", outage)
		}
	}
}

func TestTokensTellTheirPartsApart(t *testing.T) {
	tokens := map[string]bool{}
	for _, parts := range [][]string{{"ab", "c"}, {"a", "bc"}, {"abc"}, {"abc", ""}, {}, {"1:a"}} {
		token := release.Token(parts...)
		if len(token) > 64 || tokens[token] {
			t.Errorf("%v: token %s", parts, token)
		}
		tokens[token] = true
	}
	const known = "facdde7abf1e"
	if token := release.Token("a", "b"); release.Short(token) != known {
		t.Errorf("a token changes between builds: %s", token)
	}
}

func TestShortCutsAtTwelve(t *testing.T) {
	for digest, want := range map[string]string{"": "", "abc": "abc", "0123456789abcdef": "0123456789ab"} {
		if got := release.Short(digest); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
