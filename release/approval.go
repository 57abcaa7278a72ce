package release

import (
	"strconv"
	"time"
)

// ApprovalTime returns how long a person has for each approval, or 0 if the release asks for none.
func (r Request) ApprovalTime() time.Duration {
	switch {
	case !r.Approval:
		return 0
	case r.ApprovalTimeout == "":
		return DefaultApproval
	}
	return duration(r.ApprovalTimeout)
}

// approvals counts how often a person is asked: before the first visitor and, if there are steps,
// before the last one.
func (r Request) approvals() int {
	switch {
	case !r.Approval:
		return 0
	case len(r.Percentages()) > 1:
		return 2
	}
	return 1
}

// unfitApproval finds an approval that conflicts with the strategy, and a time without one.
func (r Request) unfitApproval() (found Problems) {
	if r.Approval && r.Strategy == Rolling {
		found.add("approval", "true "+moves)
	}
	if !r.Approval && r.ApprovalTimeout != "" {
		found.add("approvalTimeout", `%q goes with approval, which it is the time of; add "approval": true, or leave it out`, r.ApprovalTimeout)
	}
	return found
}

// unfitWatch refuses what takes longer than an execution may, at the field that takes most of it.
func (r Request) unfitWatch() (found Problems) {
	steps, asked := len(r.Percentages())-1, r.approvals()
	holds, approvals, bake := time.Duration(steps)*r.HoldTime(), time.Duration(asked)*r.ApprovalTime(), r.Bake()
	all := holds + approvals + bake
	if r.Strategy == Rolling || all <= MostWatched {
		return nil
	}
	field := "hold"
	switch longest := max(holds, approvals, bake); longest {
	case bake:
		field = "bakeTime"
	case approvals:
		field = "approvalTimeout"
	}
	found.add(field, "%s of %v, %s of %v and a bakeTime of %v are %v together; give times that are at most %v",
		counted(steps, "hold"), r.HoldTime(), counted(asked, "approval"), r.ApprovalTime(), bake, all, MostWatched)
	return found
}

func counted(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return strconv.Itoa(n) + " " + what + "s"
}
