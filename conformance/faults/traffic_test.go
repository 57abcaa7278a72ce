package faults

import (
	"fmt"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	asg "github.com/aws/aws-sdk-go-v2/service/autoscaling"
	elb "github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2"
	"github.com/aws/aws-sdk-go-v2/service/elasticloadbalancingv2/types"

	"photogallery/internal/localcloud/autoscaling"
	"photogallery/internal/localcloud/fabric"
	"photogallery/lambdas/balancer"
	"photogallery/lambdas/fleet"
	"photogallery/release"
)

// shift says which slots visitors reach from a time on.
type shift struct {
	at      time.Time
	reached []release.Slot
}

// only returns the slot that all visitors reach, or "" if there are two.
func (s shift) only() release.Slot {
	if len(s.reached) != 1 {
		return ""
	}
	return s.reached[0]
}

// life is the record of a group until it was emptied or its deletion began, or until now.
type life struct {
	slot    release.Slot
	end     time.Time
	records []autoscaling.Capacity
}

// follow passes a call of a step on, and notes what it does to the traffic and to the groups.
func (env *environment) follow(made fabric.Call, next func() (any, error)) (any, error) {
	switch in := made.Input.(type) {
	case *asg.DeleteAutoScalingGroupInput:
		env.endLife(aws.ToString(in.AutoScalingGroupName))
	case *asg.UpdateAutoScalingGroupInput:
		if in.MaxSize != nil && *in.MaxSize == 0 { // which empties it first
			env.endLife(aws.ToString(in.AutoScalingGroupName))
		}
	}
	out, err := next()
	if err != nil {
		return out, err
	}
	switch in := made.Input.(type) {
	case *elb.CreateListenerInput:
		env.noteShift(in.DefaultActions)
	case *elb.ModifyListenerInput:
		env.noteShift(in.DefaultActions)
	}
	return out, nil
}

func (env *environment) noteShift(actions []types.Action) {
	noted := shift{at: time.Now()}
	for _, action := range actions {
		weights := balancer.Weights(action)
		for _, slot := range release.Slots() {
			if weights[env.Settings.Targets(slot)] > 0 {
				noted.reached = append(noted.reached, slot)
			}
		}
	}
	env.mu.Lock()
	defer env.mu.Unlock()
	env.shifts = append(env.shifts, noted)
}

// endLife keeps the record of a group that is about to be deleted, unless it is being deleted already.
// Nothing deletes a fleet that visitors reach, but a teardown, which records that nothing serves.
func (env *environment) endLife(group string) {
	found, err := fleet.Group(env.ctx, env.Clients.AutoScaling, group)
	if err != nil || found == nil || fleet.IsDeleting(found) {
		return
	}
	slot := release.Blue
	if group == env.Settings.Environment.Group(release.Green) {
		slot = release.Green
	}
	one, serving := env.life(slot), env.recorded().Serving
	env.mu.Lock()
	env.ended = append(env.ended, one)
	reached := len(env.shifts) > 0 && slices.Contains(env.shifts[len(env.shifts)-1].reached, slot)
	env.mu.Unlock()
	if serving && reached {
		env.violate("group " + group + " is deleted while visitors reach it")
	}
}

func (env *environment) life(slot release.Slot) life {
	one := life{slot: slot, end: time.Now()}
	env.Cloud.Fabric.Do(func() { one.records = env.Cloud.AutoScaling.Capacities(env.Settings.Environment.Group(slot)) })
	if emptied := slices.IndexFunc(one.records, func(record autoscaling.Capacity) bool { return record.Desired == 0 }); emptied >= 0 {
		one.end, one.records = one.records[emptied].At, one.records[:emptied]
	}
	return one
}

// lives returns the records of all groups that steps made. The last one of a slot includes what a
// deletion takes from it, when no visitor may reach it.
func (env *environment) lives() []life {
	env.mu.Lock()
	all := slices.Clone(env.ended)
	env.mu.Unlock()
	for _, slot := range release.Slots() {
		all = append(all, env.life(slot))
	}
	return all
}

// span is a time with a beginning and an end.
type span struct{ from, to time.Time }

// meets reports whether two spans have more than an instant in common.
func (s span) meets(other span) bool { return s.from.Before(other.to) && other.from.Before(s.to) }

// reachedIn returns when visitors reached a slot since the scenario began.
func (env *environment) reachedIn(slot release.Slot) (all []span) {
	env.mu.Lock()
	defer env.mu.Unlock()
	for i, one := range env.shifts {
		until := time.Now()
		if i+1 < len(env.shifts) {
			until = env.shifts[i+1].at
		}
		if slices.Contains(one.reached, slot) && until.After(env.began) {
			all = append(all, span{later(one.at, env.began), until})
		}
	}
	return all
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// at returns the span in which a record was true.
func (l life) at(i int) span {
	until := l.end
	if i+1 < len(l.records) {
		until = l.records[i+1].At
	}
	return span{l.records[i].At, until}
}

// checkCapacity requires that a fleet that served before, and any other that visitors reached, never
// fell below the default minimum of 2 since the scenario began.
func (env *environment) checkCapacity(s scenario, excused excuse) {
	const minimum = 2
	if !s.former || excused.capacity {
		return
	}
	for _, one := range env.lives() {
		for i, record := range one.records {
			meets := func(reached span) bool { return reached.meets(one.at(i)) }
			if record.Serving < minimum && slices.ContainsFunc(env.reachedIn(one.slot), meets) {
				env.violate(fmt.Sprintf("fewer than %d instances served in slot %s %v after the scenario began", minimum, one.slot, record.At.Sub(env.began)))
				return
			}
		}
	}
}

// checkHeld requires that a fleet does not shrink from the time when visitors begin to leave it
// until they are back or it is deleted, because it may have to take all of them back.
func (env *environment) checkHeld(excused excuse) {
	if excused.capacity {
		return
	}
	env.mu.Lock()
	shifts := slices.Clone(env.shifts)
	env.mu.Unlock()
	for i := 1; i < len(shifts); i++ {
		former := shifts[i-1].only()
		if former == "" || shifts[i].only() == former {
			continue
		}
		away := span{shifts[i].at, time.Now()}
		if back := slices.IndexFunc(shifts[i:], func(one shift) bool { return one.only() == former }); back >= 0 {
			away.to = shifts[i+back].at
		}
		for _, one := range env.lives() {
			if one.slot == former {
				env.checkKeepsSize(one, away)
			}
		}
	}
}

func (env *environment) checkKeepsSize(one life, away span) {
	size := 0
	for i, record := range one.records {
		switch during := one.at(i); {
		case !during.meets(away):
		case !during.from.After(away.from):
			size = record.Desired
		case record.Desired < size:
			env.violate(fmt.Sprintf("the fleet in slot %s shrinks from %d to %d instances, although it may have to take the traffic back", one.slot, size, record.Desired))
			return
		}
	}
}
