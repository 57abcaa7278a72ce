package main

import (
	"cmp"
	"math"
	"slices"

	"photogallery/internal/drawing"
)

// corner is the cost of a corner, in pixels of length.
const corner = 30

// join leads edges with the same end along each other: where they touch, each takes the path that
// is shorter and has fewer corners.
func join(edges []*drawing.Edge) {
	ways := map[drawing.Point][]drawing.Point{}
	for _, e := range edges {
		for i := range len(e.Points) - 1 {
			stops := stopsOn(e.Points[i], e.Points[i+1], edges)
			for j := range len(stops) - 1 {
				ways[stops[j]] = append(ways[stops[j]], stops[j+1])
			}
		}
	}
	for _, e := range edges {
		e.Points = shortest(ways, e.Points[0], e.Points[len(e.Points)-1])
	}
}

// stopsOn lists the points of a segment where edges have a corner or cross it, in its direction.
func stopsOn(from, to drawing.Point, edges []*drawing.Edge) []drawing.Point {
	stops := []drawing.Point{from, to}
	for _, e := range edges {
		for i, p := range e.Points {
			if stops = append(stops, p); i == 0 {
				continue
			}
			for _, crossing := range []drawing.Point{{from[0], p[1]}, {p[0], from[1]}} {
				if between(crossing, p, e.Points[i-1]) {
					stops = append(stops, crossing)
				}
			}
		}
	}
	stops = slices.DeleteFunc(stops, func(p drawing.Point) bool { return !between(p, from, to) })
	slices.SortFunc(stops, func(a, b drawing.Point) int { return cmp.Compare(distance(from, a), distance(from, b)) })
	return slices.Compact(stops)
}

func between(p, a, b drawing.Point) bool {
	return p[0] >= min(a[0], b[0]) && p[0] <= max(a[0], b[0]) && p[1] >= min(a[1], b[1]) && p[1] <= max(a[1], b[1])
}

func distance(a, b drawing.Point) float64 { return math.Abs(a[0]-b[0]) + math.Abs(a[1]-b[1]) }

// arrival is a point with the direction of arrival, upright or level.
type arrival struct {
	at      drawing.Point
	upright bool
}

// shortest returns the corners of Dijkstra's path from start to end. States are left horizontally.
func shortest(ways map[drawing.Point][]drawing.Point, start, end drawing.Point) []drawing.Point {
	costs := map[arrival]float64{{start, false}: 0}
	before := map[arrival]arrival{}
	for open := []arrival{{start, false}}; len(open) > 0; {
		slices.SortStableFunc(open, func(a, b arrival) int { return cmp.Compare(costs[a], costs[b]) })
		here := open[0]
		if open = open[1:]; here.at == end {
			return corners(before, here)
		}
		for _, next := range ways[here.at] {
			there := arrival{next, next[0] == here.at[0]}
			cost := costs[here] + distance(here.at, next)
			if there.upright != here.upright {
				cost += corner
			}
			if known, ok := costs[there]; !ok || cost < known {
				costs[there], before[there] = cost, here
				open = append(open, there)
			}
		}
	}
	return nil
}

// corners walks back to the start and drops points within straight segments.
func corners(before map[arrival]arrival, last arrival) []drawing.Point {
	points := []drawing.Point{last.at}
	for here, ok := before[last]; ok; here, ok = before[here] {
		points = append(points, here.at)
	}
	slices.Reverse(points)
	for i := len(points) - 2; i > 0; i-- {
		a, b, c := points[i-1], points[i], points[i+1]
		if a[0] == b[0] && b[0] == c[0] || a[1] == b[1] && b[1] == c[1] {
			points = slices.Delete(points, i, i+1)
		}
	}
	return points
}
