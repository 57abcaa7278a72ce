package main

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"

	"photogallery/internal/drawing"
	"photogallery/tools/pictures/svg"
)

// style is the CSS of the state machines' pictures, in addition to package svg's.
//
//go:embed picture.css
var style string

const legendHeight = 44

// picture draws a laid-out state machine, with a legend below.
func picture(l *drawing.Layout) []byte {
	c := svg.New("The "+l.Machine+" state machine", l.Width, l.Height+legendHeight, style)
	around := slices.IndexFunc(l.Nodes, func(n drawing.Node) bool { return n.Type != "Parallel" && n.Type != "Branch" })
	for _, n := range l.Nodes[:around] {
		drawAround(c, n)
	}
	drawCatches(c, l.Edges)
	drawLines(c, l.Edges, false, "next")
	drawLines(c, l.Edges, true, "main")
	for _, e := range l.Edges {
		if e.At != nil {
			c.Text("small halo", e.At[0], e.At[1], e.Label)
		}
	}
	for _, n := range l.Nodes[around:] {
		c.Group("state "+n.Type, n.ID, hint(n), func() { drawState(c, n) })
	}
	legend(c, l)
	return c.Bytes()
}

// drawLines draws the transitions, on the main path or the others.
func drawLines(c *svg.Canvas, edges []drawing.Edge, straight bool, class string) {
	for _, e := range edges {
		if e.Kind != drawing.Catch && e.Main == straight {
			c.Line(class, class, points(e.Points)...)
		}
	}
}

func points(of []drawing.Point) (all []svg.Point) {
	for _, p := range of {
		all = append(all, svg.Point(p))
	}
	return all
}

func drawAround(c *svg.Canvas, n drawing.Node) {
	c.Group("state "+n.Type, n.ID, n.Comment, func() {
		c.Box("shape", n.X, n.Y, n.W, n.H, 8)
		if n.Type == "Parallel" {
			c.Text("strong left", n.X+14, n.Y+header/2+1, n.ID)
		}
	})
}

func drawState(c *svg.Canvas, n drawing.Node) {
	x, y := n.X+n.W/2, n.Y+n.H/2
	switch n.Type {
	case "Choice":
		c.Shape("shape", svg.Point{n.X, y}, svg.Point{n.X + tipWidth, n.Y}, svg.Point{n.X + n.W - tipWidth, n.Y},
			svg.Point{n.X + n.W, y}, svg.Point{n.X + n.W - tipWidth, n.Y + n.H}, svg.Point{n.X + tipWidth, n.Y + n.H})
	case "Wait", "Succeed", "Fail":
		c.Box("shape", n.X, n.Y, n.W, n.H, n.H/2)
	default:
		c.Box("shape", n.X, n.Y, n.W, n.H, 6)
	}
	switch {
	case n.Type == "Wait":
		clock(c, n.X+13, y)
		c.Text("small", x+7, y, n.Note)
	case n.Note != "":
		c.Text("", x-markWidth/2, y-6, n.ID)
		c.Text("tiny", x-markWidth/2, y+8, n.Note)
	case len(n.Retry) > 0:
		c.Text("", x-markWidth/2, y, n.ID)
	default:
		c.Text("", x, y, n.ID)
	}
	if len(n.Retry) > 0 {
		again(c, n.X+n.W-14, y)
	}
}

// clock draws the sign of a wait.
func clock(c *svg.Canvas, x, y float64) {
	c.Draw("sign", fmt.Sprintf("M%g %ga4.5 4.5 0 1 0 .01 0zM%g %gv2.8h2.2", x, y-4.5, x, y-2.6))
}

// again draws the sign of retries.
func again(c *svg.Canvas, x, y float64) {
	c.Draw("sign", fmt.Sprintf("M%g %ga4 4 0 1 1-4-4M%g %gl2.2 2.2-2.2 2.2", x+4, y, x-1.8, y-6.2))
}

// hint returns the text that does not fit into a state.
func hint(n drawing.Node) string {
	lines := []string{n.ID}
	if n.Comment != "" {
		lines = append(lines, n.Comment)
	}
	for _, r := range n.Retry {
		lines = append(lines, fmt.Sprintf("retried up to %d times: %s", r.Attempts, strings.Join(r.Errors, ", ")))
	}
	return strings.Join(lines, "\n")
}

// legend explains the shapes and lines.
func legend(c *svg.Canvas, l *drawing.Layout) {
	x, y := 16.0, l.Height+legendHeight/2-4
	c.Line("next", "", svg.Point{14, l.Height - 2}, svg.Point{l.Width - 14, l.Height - 2})
	say := func(words string) {
		c.Text("small left", x, y, words)
		x += svg.Width(words, labelSize) + 16
	}
	line := func(class, words string) {
		c.Line(class, class, svg.Point{x, y}, svg.Point{x + 26, y})
		x += 34
		say(words)
	}
	line("main", "straight way")
	line("next", "other ways")
	line("fail", "caught failure")
	again(c, x+5, y)
	x += 16
	say("retried")
	clock(c, x+5, y)
	x += 16
	say("waits")
}
