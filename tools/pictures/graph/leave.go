package main

import (
	"fmt"
	"slices"

	"photogallery/internal/drawing"
	"photogallery/tools/pictures/svg"
)

// leave adds the transitions out of a state, except those within a poll. The main one goes down, a
// failure to the right, and another decision to the left, or to the right if a poll's way back is
// on the left.
func (b *builder) leave(g *elkNode, l level, name string) {
	s := l.States[name]
	for _, to := range l.fromLeft(name) {
		if b.blocks[name] == b.blocks[to] {
			continue
		}
		e := drawing.Edge{From: name, To: to, Kind: drawing.Next, Main: l.main(name, to)}
		if s.Type == "Choice" {
			e.Kind, e.Label = drawing.Choice, label(s, to)
		}
		b.edge(g, e, l.exit(name, to), "in")
	}
	for _, c := range s.Catch {
		b.edge(g, drawing.Edge{From: name, To: c.Next, Kind: drawing.Catch, Label: caught(c)}, "fail", "caught")
	}
}

// order lists the states in ELK's order from left to right: those left of the main path, the main
// path, those right of it, and those after failures.
func (l level) order() (names []string) {
	var visit func(string)
	visit = func(name string) {
		if slices.Contains(names, name) {
			return
		}
		next := l.fromLeft(name)
		left := slices.DeleteFunc(slices.Clone(next), func(to string) bool {
			return l.side(name, to) >= 0 || slices.Contains(l.way, to)
		})
		for _, to := range left {
			visit(to)
		}
		names = append(names, name)
		for _, to := range next {
			visit(to)
		}
		for _, c := range l.States[name].Catch {
			visit(c.Next)
		}
	}
	visit(l.StartAt)
	return names
}

// exit returns the port of a state for a transition.
func (l level) exit(from, to string) string {
	switch {
	case to == l.straight(from):
		return "out"
	case l.fails(to):
		return "fail"
	}
	return "aside"
}

// fromLeft lists the successors of a state as drawn from left to right.
func (l level) fromLeft(name string) []string {
	all := l.successors(name)
	slices.SortStableFunc(all, func(a, b string) int { return l.side(name, a) - l.side(name, b) })
	return all
}

// side returns -1 for a successor to the left, 0 for the one straight below, and 1 for one to the
// right.
func (l level) side(from, to string) int {
	switch l.exit(from, to) {
	case "out":
		return 0
	case "aside":
		for _, p := range l.polls {
			if p.decide == from {
				return 1
			}
		}
		return -1
	}
	return 1
}

// edge adds a transition from a port of one state to a port of another. ELK finds room for its
// label, except on the main path, where the room is below the state.
func (b *builder) edge(g *elkNode, e drawing.Edge, exit, entry string) {
	out := &elkEdge{ID: fmt.Sprintf("%s/%d", g.ID, len(g.Edges)), Sources: []string{e.From + "." + exit}, Targets: []string{e.To + "." + entry}}
	importance := 1
	switch {
	case e.Main:
		importance = 200
	case exit == "out":
		importance = 50
	case e.Kind == drawing.Catch:
		importance = 0
	}
	out.Options = map[string]string{"elk.layered.priority.straightness": fmt.Sprint(importance)}
	if e.Label != "" && exit != "out" {
		out.Labels = []*elkLabel{{Text: e.Label, Width: even(svg.Width(e.Label, labelSize) + 4), Height: labelHeight}}
	}
	b.edges[out.ID] = e
	g.Edges = append(g.Edges, out)
}
