package main

import (
	"cmp"
	"context"
	"maps"
	"slices"

	"photogallery/internal/drawing"
)

// lay lays a state machine out.
func lay(ctx context.Context, name string, m machine) (*drawing.Layout, error) {
	b := &builder{states: map[string]*drawing.Node{}, blocks: map[string]string{}, edges: map[string]drawing.Edge{}}
	placed, err := layOut(ctx, b.graph(m, name))
	if err != nil {
		return nil, err
	}
	l := &drawing.Layout{Machine: name, Width: round(placed.Width), Height: round(placed.Height)}
	b.place(l, placed, 0, 0)
	b.tidy(l)
	return l, nil
}

// tidy joins the failures with the same end, and sorts everything.
func (b *builder) tidy(l *drawing.Layout) {
	caught := map[string][]*drawing.Edge{}
	for i := range l.Edges {
		e := &l.Edges[i]
		e.Points = straighten(e.Points)
		if e.Kind == drawing.Catch {
			caught[e.To] = append(caught[e.To], e)
		}
	}
	for _, edges := range caught {
		if len(edges) > 1 {
			join(edges)
		}
	}
	labelBelow(l.Edges)
	for _, id := range slices.Sorted(maps.Keys(b.states)) {
		l.Nodes = append(l.Nodes, *b.states[id])
	}
	slices.SortStableFunc(l.Nodes, func(a, b drawing.Node) int {
		return cmp.Or(cmp.Compare(depth(a), depth(b)), cmp.Compare(a.Y, b.Y), cmp.Compare(a.X, b.X))
	})
	slices.SortStableFunc(l.Edges, func(a, b drawing.Edge) int {
		return cmp.Or(cmp.Compare(a.From, b.From), cmp.Compare(a.To, b.To))
	})
}

// depth sorts containers before their contents.
func depth(n drawing.Node) int {
	switch n.Type {
	case "Parallel":
		return 0
	case "Branch":
		return 1
	}
	return 2
}
