package release_test

import (
	"testing"
	"time"

	"photogallery/release"
)

func TestLabPeakCountsWhatScalingMayAdd(t *testing.T) {
	for _, test := range []struct {
		strategy             release.Strategy
		former, wanted, want int
	}{
		{release.BlueGreen, 0, 4, 8}, // the next release finds it there
		{release.BlueGreen, 5, 4, 9},
		{release.BlueGreen, 2, 4, 8}, // the fleet beside may have grown
		{release.Rolling, 0, 5, 9},
		{release.Rolling, 4, 2, 8},
		{release.Rolling, 0, 1, 2},
	} {
		if got := release.LabPeak(test.strategy, test.former, test.wanted); got != test.want {
			t.Errorf("%s from %d to %d: %d, want %d", test.strategy, test.former, test.wanted, got, test.want)
		}
	}
}

func TestLabFitsTheLargestFleet(t *testing.T) {
	for _, test := range []struct {
		strategy           release.Strategy
		former, room, want int
	}{
		{release.BlueGreen, 0, 9, 4}, {release.BlueGreen, 5, 9, 4}, {release.BlueGreen, 0, 1, 0}, {release.BlueGreen, 9, 9, 0},
		{release.Rolling, 0, 9, 5}, {release.Rolling, 6, 9, 0},
	} {
		if got := release.LabFits(test.strategy, test.former, test.room); got != test.want {
			t.Errorf("%s from %d in %d: %d, want %d", test.strategy, test.former, test.room, got, test.want)
		}
	}
}

// Eighteen with a builder of somebody else's are less than the twenty that close an account.
func TestNoRequestThatLabAdmitsExceedsIt(t *testing.T) {
	for former := range 21 {
		for wanted := 1; wanted <= 20; wanted++ {
			for room := range release.LabInstances + 1 {
				for _, strategy := range []release.Strategy{release.BlueGreen, release.Rolling} {
					if release.LabPeak(strategy, former, wanted) > room {
						continue
					}
					atOnce := max(former+wanted, former+1)
					if strategy == release.Rolling {
						atOnce = max(release.Rolled(former), wanted)
					}
					if atOnce > room {
						t.Errorf("%s from %d to %d runs %d in %d", strategy, former, wanted, atOnce, room)
					}
				}
			}
		}
	}
}

func TestLabIsKnownByItsCallerAndAllowsSomeTypes(t *testing.T) {
	for arn, want := range map[string]bool{
		"arn:aws:sts::123456789012:assumed-role/voclabs/user1234=Ann": true, "arn:aws:sts::123456789012:assumed-role/Admin/voclabs": false, "": false,
	} {
		if release.IsLabCaller(arn) != want {
			t.Errorf("%q: %t", arn, !want)
		}
	}
	for name, fits := range map[string]bool{"t4g.nano": true, "m7g.large": true, "t3.xlarge": false, "m5.2xlarge": false, "small": false} {
		if (release.UnfitForLab(name, "t4g.small") == "") != fits {
			t.Errorf("%s: %s", name, release.UnfitForLab(name, "t4g.small"))
		}
	}
}

func TestTeardownBeginsBeforeTheSessionEnds(t *testing.T) {
	now := time.Date(2026, 1, 31, 10, 0, 0, 0, time.UTC)
	for ends, want := range map[string]string{
		"": "", "2026-01-31T14:30:00Z": "2026-01-31T14:20:00Z", "2026-01-31T14:30:00+01:00": "2026-01-31T13:20:00Z", "2026-01-31T10:30:00Z": "2026-01-31T10:20:00Z",
	} {
		if got, err := (release.Request{SessionEnds: ends}).TeardownAt(now); got != want || err != nil {
			t.Errorf("%q: %q, %v", ends, got, err)
		}
	}
	for _, late := range []string{"2026-01-31T10:29:59Z", "2026-01-31T09:00:00Z"} {
		if got, err := (release.Request{SessionEnds: late}).TeardownAt(now); release.CodeOf(err) != release.InvalidRequest {
			t.Errorf("%q: %q, %v", late, got, err)
		}
	}
}

func TestLargestFleetIsThatOfAnyHour(t *testing.T) {
	lecture := release.Timetable{Sizes: []release.ScheduledSize{{MinSize: 1, MaxSize: 3}, {MinSize: 2, MaxSize: 7}}}
	for usual, want := range map[int]int{5: 7, 8: 8} {
		if got := lecture.Largest(release.Bounds{MinSize: 2, MaxSize: usual}); got != want {
			t.Errorf("of usually %d: %d, want %d", usual, got, want)
		}
	}
}
