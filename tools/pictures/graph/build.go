package main

import (
	"fmt"
	"math"
	"slices"

	"photogallery/internal/drawing"
	"photogallery/tools/pictures/svg"
)

// Sizes in pixels.
const (
	nameSize, noteSize, labelSize = 12, 10, 11 // of letters

	stateHeight  = 34
	choiceHeight = 28
	waitHeight   = 24
	waitWidth    = 52
	smallest     = 84 // width of a state
	padding      = 9  // beside its name
	markWidth    = 16 // of the sign for retries
	tipWidth     = 10 // of a choice
	waitGap      = 24 // between a poll's step and a wait beside it
	loopGap      = 14 // beside a poll, for the way back
	decideGap    = 22 // between a poll's step and its choice
	caughtBeside = 16 // between the sides where transitions and failures arrive
	header       = 30 // of a Parallel
	labelHeight  = 14
)

// level is a machine or a branch with facts about its paths.
type level struct {
	machine
	polls map[string]poll
	way   []string // the main path
}

// main reports whether a transition is on the main path.
func (l level) main(from, to string) bool {
	at := slices.Index(l.way, to)
	return at > 0 && l.way[at-1] == from
}

// builder makes ELK's graph of a machine, and keeps what a drawing shows and ELK does not need.
type builder struct {
	states map[string]*drawing.Node // by identifier; X and Y are relative to the block
	blocks map[string]string        // the ELK node that contains it
	edges  map[string]drawing.Edge  // by ELK's identifier
	inner  []drawing.Edge           // within blocks, relative to them
}

// graph makes the ELK node of a machine or a branch.
func (b *builder) graph(m machine, id string) *elkNode {
	l := level{m, m.polls(), m.spine()}
	g := &elkNode{ID: id, Options: layered()}
	order := l.order()
	inPoll := map[string]bool{}
	for _, p := range l.polls {
		inPoll[p.decide], inPoll[p.wait] = true, true
	}
	for _, name := range order {
		if p, ok := l.polls[name]; ok {
			g.Children = append(g.Children, b.poll(l, p))
		} else if !inPoll[name] {
			g.Children = append(g.Children, b.single(l, name))
		}
	}
	for _, name := range order {
		b.leave(g, l, name)
	}
	return g
}

// layered holds ELK's options for a machine:
// https://eclipse.dev/elk/reference/algorithms/org-eclipse-elk-layered.html. The result is
// deterministic: from left to right the states keep the given order.
func layered() map[string]string {
	return map[string]string{
		"elk.algorithm":                             "layered",
		"elk.direction":                             "DOWN",
		"elk.edgeRouting":                           "ORTHOGONAL",
		"elk.padding":                               "[top=16,left=14,bottom=14,right=14]",
		"elk.spacing.nodeNode":                      "20",
		"elk.spacing.edgeNode":                      "12",
		"elk.spacing.edgeEdge":                      "10",
		"elk.layered.spacing.nodeNodeBetweenLayers": "26",
		"elk.layered.spacing.edgeNodeBetweenLayers": "12",
		"elk.layered.spacing.edgeEdgeBetweenLayers": "10",
		"elk.layered.cycleBreaking.strategy":        "DEPTH_FIRST",
		"elk.layered.layering.strategy":             "LONGEST_PATH_SOURCE",
		"elk.layered.crossingMinimization.strategy": "NONE",
		"elk.layered.considerModelOrder.strategy":   "NODES_AND_EDGES",
		"elk.layered.nodePlacement.strategy":        "NETWORK_SIMPLEX",
	}
}

// single adds a state that is not part of a poll.
func (b *builder) single(l level, name string) *elkNode {
	n := b.state(l, name)
	b.blocks[name] = name
	if n.Type == "Parallel" {
		return b.parallel(l, name)
	}
	beside := 0.0
	for from := range l.States {
		if slices.Contains(l.successors(from), name) {
			beside = caughtBeside
		}
	}
	e := block(name, n.W, n.H)
	e.Ports = []*elkPort{
		port(name, "in", "NORTH", n.W/2, 0), port(name, "caught", "NORTH", n.W/2+beside, 0), port(name, "out", "SOUTH", n.W/2, n.H),
		port(name, "fail", "EAST", n.W, n.H/2), port(name, "aside", "WEST", 0, n.H/2),
	}
	return e
}

// parallel adds a Parallel state with its branches side by side in it.
func (b *builder) parallel(l level, name string) *elkNode {
	e := &elkNode{ID: name, Options: map[string]string{
		"elk.algorithm": "layered", "elk.direction": "DOWN", "elk.separateConnectedComponents": "false",
		"elk.layered.considerModelOrder.strategy": "NODES_AND_EDGES", "elk.spacing.nodeNode": "12",
		"elk.padding": fmt.Sprintf("[top=%d,left=12,bottom=12,right=12]", header), "elk.portConstraints": "FIXED_SIDE",
	}}
	for i, branch := range l.States[name].Branches {
		id := fmt.Sprintf("%s/%d", name, i)
		b.states[id], b.blocks[id] = &drawing.Node{ID: id, Type: "Branch", Parent: name}, id
		e.Children = append(e.Children, b.graph(machine{branch}, id))
		for within := range branch.States {
			b.states[within].Parent = id
		}
	}
	e.Ports = []*elkPort{port(name, "in", "NORTH", 0, 0), port(name, "out", "SOUTH", 0, 0), port(name, "fail", "EAST", 0, 0)}
	return e
}

// state returns the node and the size of a state.
func (b *builder) state(l level, name string) *drawing.Node {
	s := l.States[name]
	n := &drawing.Node{ID: name, Type: s.Type, Comment: s.Comment, H: stateHeight}
	for _, r := range s.Retry {
		n.Retry = append(n.Retry, drawing.Retry{Errors: r.ErrorEquals, Attempts: r.MaxAttempts})
		if !isCommon(r) {
			n.Note = r.ErrorEquals[0]
		}
	}
	width := svg.Width(name, nameSize)
	switch s.Type {
	case "Task":
		width = max(width, svg.Width(n.Note, noteSize)) + markWidth
	case "Choice":
		n.H = choiceHeight
		width += tipWidth
	}
	n.W = even(max(smallest, width+2*padding))
	if s.Type == "Wait" {
		n.Note, n.W, n.H = fmt.Sprintf("%d s", s.Seconds), waitWidth, waitHeight
		if s.SecondsPath != "" {
			n.Note = "n s"
		}
	}
	b.states[name] = n
	return n
}

// even rounds up to a multiple of 4, so that middles are whole pixels.
func even(width float64) float64 { return math.Ceil(width/4) * 4 }

func block(id string, width, height float64) *elkNode {
	return &elkNode{ID: id, Width: width, Height: height, Options: map[string]string{"elk.portConstraints": "FIXED_POS"}}
}

func port(state, name, side string, x, y float64) *elkPort {
	return &elkPort{ID: state + "." + name, X: x, Y: y, Options: map[string]string{"elk.port.side": side}}
}
