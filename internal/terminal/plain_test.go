package terminal

import (
	"strings"
	"testing"
	"time"

	"photogallery/internal/execution"
)

func TestGroupIsReportedDoneAfterItsBranches(t *testing.T) {
	done := time.Now()
	steps := []*execution.Step{
		{Name: "Lock"},
		{Name: "Prepare", Group: true, Ended: done},
		{Name: "Bake", Depth: 1, Group: true, Ended: done},
		{Name: "FindImage", Depth: 2}, {Name: "CreateImage", Depth: 2},
		{Name: "EnsureListener", Depth: 1},
		{Name: "EnsureTemplate"},
		{Name: "Sweep", Group: true, Ended: done}, {Name: "Delete", Depth: 1},
	}
	var told []string
	for _, i := range groupsLast(steps) {
		told = append(told, steps[i].Name)
	}
	want := "Lock FindImage CreateImage Bake EnsureListener Prepare EnsureTemplate Delete Sweep"
	if got := strings.Join(told, " "); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	steps[1].Ended = time.Time{}
	if order := groupsLast(steps); order[1] != 1 {
		t.Errorf("a group at work is told as %v", order)
	}
}

// While the traffic moves, a line tells each share, and what the judge has seen by then.
func TestShiftIsToldByItsShares(t *testing.T) {
	var out strings.Builder
	show := Plainly(&out)
	shift, watch := &execution.Step{Name: "ShiftTraffic", Phase: execution.Succeeded}, &execution.Step{Name: "WatchTraffic", Phase: execution.Running}
	for i, note := range []string{"5 %: no requests counted yet", "5 %: no requests counted yet", "5 %: 1 of 100 failed", "50 %: 3 of 900 failed"} {
		shift.Note, _, _ = strings.Cut(note, ":")
		watch.Note, watch.Visits, shift.Visits = note, i+1, i+1
		show(&execution.Progress{Steps: []*execution.Step{shift, watch}})
		watch.Phase = execution.Succeeded
	}
	told := out.String()
	for words, times := range map[string]int{"looked": 0, "no requests": 1, "1 of 100": 1, "3 of 900": 1, "Shift traffic": 2} {
		if got := strings.Count(told, words); got != times {
			t.Errorf("%q is told %d times, want %d, in\n%s", words, got, times, told)
		}
	}
}
