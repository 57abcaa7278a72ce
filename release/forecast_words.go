package release

import (
	"fmt"
	"strings"
	"time"
)

// Will returns what a release of the plan would do, a sentence each, in its order.
func (p Plan) Will(f Forecast) []string {
	var all []string
	for _, some := range [][]string{p.willWait(f), p.willBake(f), p.willLaunch(f), p.willWatch(f), p.willEnd()} {
		all = append(all, some...)
	}
	return all
}

func (p Plan) willWait(f Forecast) (sentences []string) {
	switch {
	case f.Holder != "" && p.Wait:
		sentences = append(sentences, "Waits for "+f.Holder+", which holds the environment now.")
	case f.Holder != "":
		sentences = append(sentences, "Ends in Busy while "+f.Holder+" runs, which holds the environment now.")
	}
	if f.Left > 0 {
		sentences = append(sentences, fmt.Sprintf("Removes %s that an earlier run left in slot %s.", instances(f.Left), f.besides()))
	}
	if f.StoresBundle {
		sentences = append(sentences, "Needs "+p.Bundle.Key+" in bucket "+p.Bundle.Bucket+" first, where `gallery release --bundle FOLDER` puts it.")
	}
	return sentences
}

// besides returns the slot that does not serve now.
func (f Forecast) besides() Slot {
	if f.Fleet == SecondFleet {
		return f.Slot
	}
	return f.Slot.Other()
}

func (p Plan) willBake(f Forecast) []string {
	image := "Releases image " + f.Image + ", because " + f.Reason + "; nothing is baked."
	if f.Bakes {
		image = "Bakes an image on a builder, one " + f.Builder + ", because " + f.Reason + "."
	}
	if f.MakesLoadBalancer {
		return []string{image, "Makes the load balancer."}
	}
	return []string{image, "Keeps the load balancer."}
}

func (p Plan) willLaunch(f Forecast) []string {
	launched := instances(f.Launched) + " of " + p.InstanceType
	change := ""
	switch f.Fleet {
	case FirstFleet:
		change = fmt.Sprintf("Launches %s in slot %s, the first fleet.", launched, f.Slot)
	case RolledFleet:
		change = fmt.Sprintf("Replaces %s in slot %s, by %s in all.", instances(f.Running), f.Slot, launched)
	case SecondFleet:
		change = fmt.Sprintf("Launches %s in slot %s beside %s in slot %s.", launched, f.Slot, instances(f.Running), f.Former)
	}
	launch := []string{change, fmt.Sprintf("Runs at most %s at a time.", instances(f.Most))}
	if p.Settings != "" {
		launch = append(launch, "Gives the instances the settings "+Short(p.Settings)+".")
	}
	return launch
}

func (p Plan) willWatch(f Forecast) (sentences []string) {
	bake := word(time.Duration(p.BakeSeconds) * time.Second)
	switch f.Fleet {
	case FirstFleet:
		return nil
	case RolledFleet:
		return []string{"Watches all of it for " + bake + ", in which an alarm rolls it back."}
	}
	if p.Approval {
		sentences = append(sentences, fmt.Sprintf("Waits for a person at most %s before the first visitor%s.",
			word(time.Duration(p.ApprovalSeconds)*time.Second), map[bool]string{true: ", and again before 100 %"}[len(p.Traffic) > 1]))
	}
	return append(sentences, p.willShift()+", then ends "+instances(f.Ended)+" in slot "+string(f.Former)+".")
}

// willShift names the percentages of the traffic.
func (p Plan) willShift() string {
	bake := word(time.Duration(p.BakeSeconds) * time.Second)
	if len(p.Traffic) == 1 {
		return "Moves all of the traffic, watches it for " + bake
	}
	steps := strings.ReplaceAll(strings.Trim(fmt.Sprint(p.Traffic[:len(p.Traffic)-1]), "[]"), " ", ", ")
	return fmt.Sprintf("Moves %s %% of the traffic and watches each for %s, moves 100 %% and watches it for %s",
		steps, word(time.Duration(p.HoldSeconds)*time.Second), bake)
}

func (p Plan) willEnd() []string {
	sizes := fmt.Sprintf("Lets the fleet have %d to %d instances.", p.MinSize, p.MaxSize)
	for _, size := range p.Sizes {
		sizes += fmt.Sprintf(" On schedule, %s, that is %d to %d.", size, size.MinSize, size.MaxSize)
	}
	switch {
	case p.TTLSeconds > 0:
		return []string{sizes, "Schedules the teardown " + word(p.TTL()) + " after that."}
	case p.TeardownAt != "":
		return []string{sizes, "Schedules the teardown for " + p.TeardownAt + "."}
	}
	return []string{sizes, "Schedules no teardown."}
}

func instances(count int) string {
	if count == 1 {
		return "1 instance"
	}
	return fmt.Sprintf("%d instances", count)
}

// word returns a duration as a request has it: 90s, 5m, 1h30m.
func word(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
