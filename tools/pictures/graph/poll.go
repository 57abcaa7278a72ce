package main

import (
	"maps"
	"slices"

	"photogallery/internal/drawing"
)

// poll is a loop that waits for something: a step checks, a choice decides, and a wait leads back
// to the step. It is one block to ELK, so that it looks like a unit.
type poll struct {
	look, decide, wait string
	waits              bool // whether the wait is its first state
}

// polls finds the loops, by their steps.
func (m machine) polls() map[string]poll {
	found := map[string]poll{}
	for wait, s := range m.States {
		if s.Type != "Wait" || m.States[s.Next].Type != "Task" {
			continue
		}
		p := poll{look: s.Next, decide: m.States[s.Next].Next, wait: wait}
		if !slices.Contains(m.successors(p.decide), wait) {
			continue
		}
		for from := range m.States {
			p.waits = p.waits || from != p.decide && slices.Contains(m.successors(from), wait)
		}
		found[p.look] = p
	}
	return found
}

// loops reports whether a choice leads to a wait, the wait to a step, and the step to the choice
// again.
func (m machine) loops(decide, wait string) bool {
	w := m.States[wait]
	return w.Type == "Wait" && m.States[w.Next].Next == decide
}

// poll adds the block of a loop. The wait is beside the step, or above it if it is the first state
// of the loop, so that the main path stays straight.
func (b *builder) poll(l level, p poll) *elkNode {
	look, decide, wait := b.state(l, p.look), b.state(l, p.decide), b.state(l, p.wait)
	right := max(look.W, decide.W)
	left := wait.W + waitGap
	wait.Y = (look.H - wait.H) / 2
	if p.waits {
		left, look.Y, wait.Y = loopGap, wait.H+decideGap, 0
	}
	middle := left + right/2
	if p.waits {
		wait.X = middle - wait.W/2
	}
	look.X, decide.X, decide.Y = middle-look.W/2, middle-decide.W/2, look.Y+look.H+decideGap
	e := block(p.look, left+right, decide.Y+decide.H)
	entry := p.look
	if p.waits {
		entry = p.wait
	}
	center := decide.Y + decide.H/2
	e.Ports = []*elkPort{
		port(entry, "in", "NORTH", middle, 0), port(entry, "caught", "NORTH", middle, 0),
		port(p.decide, "out", "SOUTH", middle, e.Height), port(p.look, "fail", "EAST", e.Width, look.Y+look.H/2),
		port(p.decide, "aside", "EAST", e.Width, center), port(p.decide, "fail", "EAST", e.Width, center),
	}
	for _, name := range []string{p.look, p.decide, p.wait} {
		b.blocks[name] = p.look
	}
	b.loop(l, p)
	return e
}

// loop adds the transitions within a poll's block.
func (b *builder) loop(l level, p poll) {
	look, decide, wait := b.states[p.look], b.states[p.decide], b.states[p.wait]
	middle, center := look.X+look.W/2, decide.Y+decide.H/2
	down := drawing.Edge{From: p.look, To: p.decide, Kind: drawing.Next, Main: l.main(p.look, p.decide),
		Points: []drawing.Point{{middle, look.Y + look.H}, {middle, decide.Y}}}
	back := drawing.Edge{From: p.decide, To: p.wait, Kind: drawing.Choice,
		Points: []drawing.Point{{decide.X, center}, {wait.W / 2, center}, {wait.W / 2, wait.Y + wait.H}}}
	again := drawing.Edge{From: p.wait, To: p.look, Kind: drawing.Next, Main: l.main(p.wait, p.look),
		Points: []drawing.Point{{wait.W, look.H / 2}, {look.X, look.H / 2}}}
	if p.waits {
		back.Points = []drawing.Point{{decide.X, center}, {0, center}, {0, wait.H / 2}, {wait.X, wait.H / 2}}
		again.Points = []drawing.Point{{middle, wait.H}, {middle, look.Y}}
	}
	if words := label(l.States[p.decide], p.wait); words != "otherwise" {
		back.Label = words
		back.At = &drawing.Point{(decide.X + back.Points[1][0]) / 2, center - labelHeight/2}
	}
	b.inner = append(b.inner, down, back, again)
}

// allPolls returns the polls of a machine and its branches.
func (m machine) allPolls() map[string]poll {
	all := m.polls()
	for _, s := range m.States {
		for _, branch := range s.Branches {
			maps.Copy(all, (machine{branch}).allPolls())
		}
	}
	return all
}
