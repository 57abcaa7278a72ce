package main

import (
	"math"
	"slices"

	"photogallery/internal/drawing"
)

// jog is the widest sidestep, in pixels, that ELK makes where edges with a common end meet or edges
// with a common beginning part.
const jog = 14

// straighten removes such sidesteps from an edge, so that it runs on the others and not beside
// them.
func straighten(points []drawing.Point) []drawing.Point {
	for i := len(points) - 4; i >= 1; i-- {
		if i+3 >= len(points) {
			continue
		}
		a, b, c, d := points[i], points[i+1], points[i+2], points[i+3]
		if a[0] == b[0] && c[0] == d[0] && math.Abs(b[0]-c[0]) <= jog {
			points[i][0] = c[0]
			points = slices.Delete(points, i+1, i+3)
		}
	}
	return points
}
