package main

import (
	"math"

	"photogallery/internal/drawing"
)

// place reads ELK's positions, which are relative to the surrounding node.
func (b *builder) place(l *drawing.Layout, g *elkNode, x, y float64) {
	for _, child := range g.Children {
		b.placeBlock(l, child, x+child.X, y+child.Y)
	}
	for _, e := range g.Edges {
		l.Edges = append(l.Edges, b.placeEdge(e, x, y))
	}
}

func (b *builder) placeBlock(l *drawing.Layout, e *elkNode, x, y float64) {
	for id, block := range b.blocks {
		if block != e.ID {
			continue
		}
		n := b.states[id]
		if len(e.Children) > 0 {
			n.W, n.H = round(e.Width), round(e.Height)
		}
		n.X, n.Y = round(n.X+x), round(n.Y+y)
	}
	for _, edge := range b.inner {
		if b.blocks[edge.From] != e.ID {
			continue
		}
		for i, p := range edge.Points {
			edge.Points[i] = moved(p, x, y)
		}
		if edge.At != nil {
			at := moved(*edge.At, x, y)
			edge.At = &at
		}
		l.Edges = append(l.Edges, edge)
	}
	b.place(l, e, x, y)
}

func (b *builder) placeEdge(e *elkEdge, x, y float64) drawing.Edge {
	edge := b.edges[e.ID]
	edge.Points = e.corners(x, y)
	if n := b.states[edge.From]; edge.Points[0][0] > n.X+n.W { // narrower than the other states of its poll
		edge.Points[0][0] = n.X + n.W
	}
	for _, text := range e.Labels {
		at := moved(drawing.Point{text.X + text.Width/2, text.Y + text.Height/2}, x, y)
		edge.At = &at
	}
	return edge
}

// corners returns the corners of an edge, from its beginning to its end.
func (e *elkEdge) corners(x, y float64) (all []drawing.Point) {
	for _, s := range e.Sections {
		for _, p := range append(append([]elkPoint{s.Start}, s.Bends...), s.End) {
			all = append(all, moved(drawing.Point{p.X, p.Y}, x, y))
		}
	}
	return all
}

func moved(p drawing.Point, x, y float64) drawing.Point {
	return drawing.Point{round(p[0] + x), round(p[1] + y)}
}

func round(x float64) float64 { return math.Round(x) }
