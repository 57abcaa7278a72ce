package main

import (
	"photogallery/internal/drawing"
	"photogallery/tools/pictures/svg"
)

// labelBelow places the labels of downward edges that ELK found no room for beside the line's
// beginning: to the left, or to the right if fewer lines run there.
func labelBelow(edges []drawing.Edge) {
	for i, e := range edges {
		if e.Label == "" || e.At != nil {
			continue
		}
		width := svg.Width(e.Label, labelSize)
		from := e.Points[0]
		left := drawing.Point{round(from[0] - width/2 - 6), from[1] + 10}
		right := drawing.Point{round(from[0] + width/2 + 6), from[1] + 10}
		edges[i].At = &left
		if crossings(edges, right, width) < crossings(edges, left, width) {
			edges[i].At = &right
		}
	}
}

// crossings counts the segments of lines behind a label.
func crossings(edges []drawing.Edge, at drawing.Point, width float64) (n int) {
	for _, e := range edges {
		for i := range len(e.Points) - 1 {
			a, b := e.Points[i], e.Points[i+1]
			if max(a[0], b[0]) > at[0]-width/2 && min(a[0], b[0]) < at[0]+width/2 &&
				max(a[1], b[1]) > at[1]-labelHeight/2 && min(a[1], b[1]) < at[1]+labelHeight/2 {
				n++
			}
		}
	}
	return n
}
