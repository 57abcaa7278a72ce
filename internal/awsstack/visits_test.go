package awsstack

import (
	"sync/atomic"
	"testing"
	"time"

	"photogallery/internal/environment"
	"photogallery/internal/localcloud/fabric"
)

const sleepy = 45 * time.Minute

// seen is the status with its visits, or without a release none.
func (a *account) seen(s *Stack) environment.Status {
	a.Helper()
	status, err := s.Status(a.Context())
	s.Visited(a.Context(), &status)
	if err != nil {
		a.Fatal(err)
	}
	return status
}

func (a *account) visit(perSecond float64) {
	a.Cloud.Fabric.Do(func() { a.Cloud.ELB.SetTraffic(perSecond) })
}

// sleeps looks every minute until nothing serves, and checks that this is not before the time that is
// shown, and not long after.
func (a *account) sleeps(s *Stack, shown time.Time) {
	a.Helper()
	for !time.Now().After(shown.Add(15 * time.Minute)) {
		switch status := a.seen(s); {
		case status.Serving == nil && time.Now().Before(shown):
			a.Fatalf("it is torn down at %s, before %s", time.Now(), shown)
		case status.Serving == nil:
			return
		case time.Now().Before(shown.Add(-time.Minute)) && !status.Visits.Sleeps.Equal(shown):
			a.Fatalf("the time is %s, and before it was %s", status.Visits.Sleeps, shown)
		}
		time.Sleep(time.Minute)
	}
	a.Fatalf("it serves long after %s", shown)
}

func TestStatusTellsWhenTheGallerySleeps(t *testing.T) {
	inAccountThatSleeps(t, sleepy, func(t *testing.T, a *account) {
		s := a.open()
		a.runs(a.StartRelease(t.Context(), "r1", `{"bakeTime": "0s"}`))
		a.visit(1)
		time.Sleep(2 * sleepy)
		visits := a.seen(s).Visits
		if visits == nil || time.Since(visits.Last) > 2*time.Minute || !visits.Sleeps.Equal(visits.Last.Add(sleepy)) || visits.Minutes != 45 {
			t.Fatalf("while people visit it is %+v", visits)
		}
		a.visit(0)
		time.Sleep(10 * time.Minute)
		status := a.seen(s)
		if ago := time.Since(status.Visits.Last); ago < 9*time.Minute || ago > 11*time.Minute {
			t.Errorf("10 minutes after the last visit it says %s", ago)
		}
		a.sleeps(s, status.Visits.Sleeps)
		if visits := a.seen(s).Visits; visits != nil {
			t.Errorf("asleep it says %+v", visits)
		}
	})
}

// The release's own look at the home page is the last visit.
func TestStatusTellsWhenAGalleryThatNobodyHasVisitedSleeps(t *testing.T) {
	inAccountThatSleeps(t, sleepy, func(t *testing.T, a *account) {
		s := a.open()
		a.runs(a.StartRelease(t.Context(), "r1", `{"bakeTime": "0s"}`))
		if first := a.seen(s).Visits; first == nil || time.Until(first.Sleeps) < sleepy-5*time.Minute || time.Until(first.Sleeps) > sleepy+time.Minute {
			t.Errorf("at once it is %+v", first)
		}
		time.Sleep(2 * time.Minute)
		a.sleeps(s, a.seen(s).Visits.Sleeps)
	})
}

func TestVisitsAreAskedForOnceAMinuteAndOnlyWhereTheyCount(t *testing.T) {
	for after, want := range map[time.Duration]int64{0: 0, sleepy: 5} {
		inAccountThatSleeps(t, after, func(t *testing.T, a *account) {
			s := a.open()
			a.runs(a.StartRelease(t.Context(), "r1", `{"bakeTime": "0s"}`))
			var asked atomic.Int64
			a.Cloud.Fabric.Observe(func(call fabric.Call) {
				if call.Operation.String() == "CloudWatch.GetMetricData" {
					asked.Add(1)
				}
			})
			time.Sleep(time.Until(time.Now().Truncate(time.Minute).Add(time.Minute)))
			for range 5 * 12 {
				a.seen(s)
				time.Sleep(5 * time.Second)
			}
			if asked.Load() != want {
				t.Errorf("with sleepAfter %s it asks %d times in five minutes, want %d", after, asked.Load(), want)
			}
		})
	}
}

func TestStatusIsThereWithoutItsVisits(t *testing.T) {
	inAccountThatSleeps(t, sleepy, func(t *testing.T, a *account) {
		s := a.open()
		a.runs(a.StartRelease(t.Context(), "r1", `{"bakeTime": "0s"}`))
		a.refuse("CloudWatch.GetMetricData", "AccessDenied", 100)
		if status := a.seen(s); status.Serving == nil || status.Visits != nil {
			t.Errorf("it serves: %t, visits: %+v", status.Serving != nil, status.Visits)
		}
	})
}
