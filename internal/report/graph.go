package report

import (
	"encoding/json"
	"fmt"
	"strings"

	"photogallery/internal/drawing"
	"photogallery/internal/execution"
)

// graph is the state machine, colored by the result of each state.
type graph struct {
	Width, Height float64
	Frames        []drawing.Node
	Edges         []edge
	Nodes         []node
}

type edge struct {
	Kind  drawing.Kind
	Taken bool
	Path  string
	Label string
	At    *drawing.Point
}

type node struct {
	drawing.Node
	Phase execution.Phase // "" for a state that was not reached
	Name  string
	Count string
	X2    float64 // the right side
	MX    float64 // the middle
	MY    float64
	R     float64 // of the corners
}

func (r Report) graph() (*graph, error) {
	source := drawing.Release
	switch {
	case strings.HasSuffix(r.Machine, "-teardown"):
		source = drawing.Teardown
	case !strings.HasSuffix(r.Machine, "-release"):
		return nil, nil
	}
	var layout drawing.Layout
	if err := json.Unmarshal(source, &layout); err != nil {
		return nil, err
	}
	drawn := &graph{Width: layout.Width, Height: layout.Height}
	for _, n := range layout.Nodes {
		if n.Type == "Parallel" || n.Type == "Branch" {
			drawn.Frames = append(drawn.Frames, n)
		}
		if n.Type != "Branch" {
			drawn.Nodes = append(drawn.Nodes, r.node(n))
		}
	}
	for _, e := range layout.Edges {
		drawn.Edges = append(drawn.Edges, edge{e.Kind, r.taken(e), path(e.Points), e.Label, e.At})
	}
	return drawn, nil
}

func (r Report) node(n drawing.Node) node {
	shown := node{Node: n, Name: execution.Title(n.ID), X2: n.X + n.W, MX: n.X + n.W/2, MY: n.Y + n.H/2, R: 8}
	switch n.Type {
	case "Parallel":
		shown.MY = n.Y + 20
	case "Wait", "Choice":
		shown.R = n.H / 2
	}
	if n.Type == "Wait" && n.Note != "" {
		shown.Name = n.Note
	}
	if state := r.Run.State(n.ID); state != nil {
		shown.Phase = state.Phase
		if len(state.Visits) > 1 {
			shown.Count = fmt.Sprintf("×%d", len(state.Visits))
		}
	}
	return shown
}

func (r Report) taken(e drawing.Edge) bool {
	for _, way := range r.Run.Ways {
		if way.From == e.From && way.To == e.To && way.Caught == (e.Kind == drawing.Catch) {
			return true
		}
	}
	return false
}

func path(points []drawing.Point) string {
	var d strings.Builder
	for i, p := range points {
		command := "L"
		if i == 0 {
			command = "M"
		}
		fmt.Fprintf(&d, "%s%g %g", command, p[0], p[1])
	}
	return d.String()
}
