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
