package main

import (
	"slices"

	"photogallery/internal/drawing"
	"photogallery/tools/pictures/svg"
)

// drawCatches draws the failures. An edge that ends along another one is drawn only up to it,
// because overlapping dashes would fill each other's gaps.
func drawCatches(c *svg.Canvas, all []drawing.Edge) {
	byEnd := map[string][]*drawing.Edge{}
	for i, e := range all {
		if e.Kind == drawing.Catch {
			byEnd[e.To] = append(byEnd[e.To], &all[i])
		}
	}
	for _, e := range all {
		if edges, ok := byEnd[e.To]; ok && e.Kind == drawing.Catch {
			drawJoined(c, edges)
			delete(byEnd, e.To)
		}
	}
}

func drawJoined(c *svg.Canvas, edges []*drawing.Edge) {
	drawn := map[[2]drawing.Point]bool{}
	for _, e := range edges {
		stops := e.Points[:1:1]
		for i := range len(e.Points) - 1 {
			stops = append(stops, stopsOn(e.Points[i], e.Points[i+1], edges)[1:]...)
		}
		end := len(stops) - 1
		for end > 0 && drawn[[2]drawing.Point{stops[end-1], stops[end]}] {
			end--
		}
		for i := range end {
			drawn[[2]drawing.Point{stops[i], stops[i+1]}] = true
		}
		arrow := ""
		if end == len(stops)-1 {
			arrow = "fail"
		}
		if end > 0 {
			c.Line("fail", arrow, points(slices.Clone(stops[:end+1]))...)
		}
	}
}
