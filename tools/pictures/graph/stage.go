package main

import (
	"fmt"
	"maps"
	"slices"

	"photogallery/release"
)

// stage is a card of the chain's picture: a few steps that belong together.
type stage struct {
	name, words string
	steps       []string
}

// chain is the release in stages. Their order is read from the state machine.
var chain = []stage{
	{"Check", "one run at a time", []string{"Plan", "Lock", "UndoAbandoned"}},
	{"Bake", "once for each content", []string{"FindImage", "LaunchBuilder", "AwaitBuild", "CreateImage", "CheckImage", "TerminateBuilder"}},
	{"Entrance", "at the same time", []string{"EnsureLoadBalancer", "EnsureListener", "CheckLoadBalancer", "EnsureAlias"}},
	{"Template", "a numbered version", []string{"EnsureTemplate", "FindGroup", "ClearSlot"}},
	{"Fleet", "the first, or a second", []string{"OpenPreview", "CreateGroup", "CheckFleet"}},
	{"Refresh", "rolls a running fleet", []string{"GuardRefresh", "StartRefresh", "CheckRefresh", "VerifyBaking", "CheckBake"}},
	{"Verify", "through the entrance", []string{"Verify"}},
	{"Traffic", "in steps, judged", []string{"HoldScaling", "AwaitApproval", "ShiftTraffic", "AwaitVerdict", "ShiftAll", "WatchTraffic"}},
	{"Serve", "and tidy up", []string{"EnsureScaling", "ScheduleTeardown", "LeadDomain", "Promote", "RetireFleet", "Retire", "Unlock"}},
	{"Command", "instead, on one instance", []string{"LaunchRunner", "AwaitRun", "TerminateRunner"}},
	undo,
}

var undo = stage{"Undo", "the former release serves on", []string{"Undo", "UnlockFailed", "UnlockDirty"}}

// stageOf returns the stage of a step, or "" for a state without one.
func stageOf(step string) string {
	i := slices.IndexFunc(chain, func(s stage) bool { return slices.Contains(s.steps, step) })
	if i < 0 {
		return ""
	}
	return chain[i].name
}

// link is a path from one stage to another, or to an end.
type link struct{ from, to string }

// links finds the paths between stages, in their order, and those to ends. The error names what the
// picture has no place for, and places for what the release does not have any more.
func (m machine) links() (all []link, err error) {
	found := map[string]bool{}
	links, err := m.linksTo(nil, found)
	if err != nil {
		return nil, err
	}
	for _, l := range links {
		if l.from != l.to && !slices.Contains(all, l) {
			all = append(all, l)
		}
	}
	for _, s := range chain {
		for _, step := range s.steps {
			if !found[step] {
				return nil, fmt.Errorf("the release has no step %s any more: take it out of tools/pictures/graph/stage.go", step)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b link) int { return rank(a.from) - rank(b.from) })
	return all, nil
}

func rank(name string) int {
	return slices.IndexFunc(chain, func(s stage) bool { return s.name == name })
}

// linksTo finds the links of a machine or a branch that is followed by the given stages.
func (m machine) linksTo(behind []string, found map[string]bool) (all []link, err error) {
	for _, name := range slices.Sorted(maps.Keys(m.States)) {
		s := m.States[name]
		for _, branch := range s.Branches {
			within, err := (machine{branch}).linksTo(m.ahead(s.Next, nil), found)
			if err != nil {
				return nil, err
			}
			all = append(all, within...)
		}
		if s.Type == "Fail" && !release.IsEnd(s.Error) {
			return nil, fmt.Errorf("the chain's picture does not say what the end %s means: add it to tools/pictures/graph/stage.go", s.Error)
		}
		if s.Type != "Task" {
			continue
		}
		stage := stageOf(name)
		if found[name] = true; stage == "" {
			return nil, fmt.Errorf("the step %s is in no stage of the chain's picture: put it into one in tools/pictures/graph/stage.go", name)
		}
		for _, next := range m.successors(name) {
			for _, to := range m.ahead(next, behind) {
				all = append(all, link{stage, to})
			}
		}
	}
	return all, nil
}

// ahead lists the next stages and ends after a state, past choices and waits.
func (m machine) ahead(name string, behind []string) []string {
	s := m.States[name]
	switch {
	case s.Type == "Task":
		return []string{stageOf(name)}
	case s.Type == "Succeed" || s.Type == "Fail":
		return []string{name}
	case s.End:
		return behind
	}
	var all []string
	for _, branch := range s.Branches {
		all = append(all, (machine{branch}).ahead(branch.StartAt, nil)...)
	}
	if s.Type != "Parallel" {
		for _, next := range m.successors(name) {
			all = append(all, m.ahead(next, behind)...)
		}
	}
	return all
}
