package stack

import (
	"slices"
	"strings"
	"testing"
	"time"
)

const sleepy = 45 * time.Minute

func inVirtualTimeWithSleep(t *testing.T, scenario func(*testing.T, *environment)) {
	t.Helper()
	inVirtualTimeWith(t, Options{SleepAfter: sleepy}, scenario)
}

// sleeps waits for the end of what serves and returns how long that took.
func (e *environment) sleeps(within time.Duration) time.Duration {
	e.Helper()
	began := time.Now()
	for e.current().Serving {
		if time.Since(began) > within {
			e.Fatalf("it serves after %s", within)
		}
		time.Sleep(time.Minute)
	}
	return time.Since(began)
}

// staysUp checks that the gallery serves for that long.
func (e *environment) staysUp(during time.Duration) {
	e.Helper()
	for began := time.Now(); time.Since(began) < during; time.Sleep(time.Minute) {
		if !e.current().Serving {
			e.Fatalf("it is torn down after %s", time.Since(began))
		}
	}
}

func TestGalleryThatNobodyVisitsGoesToSleep(t *testing.T) {
	inVirtualTimeWithSleep(t, func(t *testing.T, e *environment) {
		e.release("r1", `{"bakeTime": "0s"}`).ends("Succeeded")
		e.visited(1)
		e.staysUp(3 * sleepy)
		e.visited(0)
		if took := e.sleeps(2 * sleepy); took < sleepy || took > sleepy+15*time.Minute {
			t.Errorf("it slept after %s without a visit", took)
		}
		time.Sleep(30 * time.Minute)
		e.empty(1)
		if r2 := e.release("r2", `{"bakeTime": "0s"}`).ends("Succeeded"); slices.Contains(e.Path(r2.arn), "LaunchBuilder") {
			t.Error("waking bakes")
		}
		if took := e.sleeps(2 * sleepy); took < sleepy || took > sleepy+15*time.Minute {
			t.Errorf("a gallery without any visit slept after %s", took)
		}
	})
}

func TestGalleryDoesNotSleepDuringABake(t *testing.T) {
	inVirtualTimeWithSleep(t, func(t *testing.T, e *environment) {
		e.release("r1", `{"bakeTime": "0s"}`).ends("Succeeded")
		bake := e.start(e.StartRelease(e.Context(), "r2", `{"rebake": true, "bakeTime": "3h"}`))
		e.staysUp(3 * time.Hour)
		e.await(bake).ends("Succeeded")
		e.sleeps(2 * sleepy)
	})
}

func TestVisitThatBeginsWhileASleepWaitsKeepsTheGallery(t *testing.T) {
	inVirtualTimeWithSleep(t, func(t *testing.T, e *environment) {
		e.release("r1", `{"bakeTime": "0s"}`).ends("Succeeded")
		bake := e.start(e.StartRelease(e.Context(), "r2", `{"rebake": true, "bakeTime": "2h"}`))
		e.staysUp(90 * time.Minute)
		e.visited(1)
		e.await(bake).ends("Succeeded")
		e.staysUp(2 * sleepy)
		for _, one := range e.teardowns(t) {
			if !strings.Contains(one, "onlyIfUnvisited") {
				t.Errorf("teardown %s", one)
			}
		}
	})
}

// One visit an hour lets the gallery sleep once after each release, and not more often.
func TestAlarmThatFlapsTearsDownOnce(t *testing.T) {
	inVirtualTimeWithSleep(t, func(t *testing.T, e *environment) {
		e.release("r1", `{"bakeTime": "0s"}`).ends("Succeeded")
		for range 4 {
			e.visited(1)
			time.Sleep(time.Minute)
			e.visited(0)
			time.Sleep(30 * time.Minute)
		}
		if !e.current().Serving {
			t.Error("it slept between visits")
		}
		e.sleeps(2 * sleepy)
		time.Sleep(3 * time.Hour)
		e.empty(1)
	})
}
