package main

import (
	"bytes"
	"context"
	_ "embed"
	"encoding/json"
	"fmt"
	"os/exec"
)

// elkNode, elkPort, elkEdge and elkLabel are ELK's JSON, before and after the layout.
type elkNode struct {
	ID       string            `json:"id"`
	X        float64           `json:"x"`
	Y        float64           `json:"y"`
	Width    float64           `json:"width"`
	Height   float64           `json:"height"`
	Options  map[string]string `json:"layoutOptions,omitempty"`
	Ports    []*elkPort        `json:"ports,omitempty"`
	Children []*elkNode        `json:"children,omitempty"`
	Edges    []*elkEdge        `json:"edges,omitempty"`
}

type elkPort struct {
	ID      string            `json:"id"`
	X       float64           `json:"x"`
	Y       float64           `json:"y"`
	Options map[string]string `json:"layoutOptions,omitempty"`
}

type elkEdge struct {
	ID       string            `json:"id"`
	Sources  []string          `json:"sources"`
	Targets  []string          `json:"targets"`
	Labels   []*elkLabel       `json:"labels,omitempty"`
	Options  map[string]string `json:"layoutOptions,omitempty"`
	Sections []elkSection      `json:"sections,omitempty"`
}

type elkLabel struct {
	Text   string  `json:"text"`
	X      float64 `json:"x"`
	Y      float64 `json:"y"`
	Width  float64 `json:"width"`
	Height float64 `json:"height"`
}

type elkSection struct {
	Start elkPoint   `json:"startPoint"`
	End   elkPoint   `json:"endPoint"`
	Bends []elkPoint `json:"bendPoints"`
}

type elkPoint struct{ X, Y float64 }

//go:embed elk.mjs
var script string

// layOut lets ELK place the graph. Node runs it, with the elkjs of package.json, which must be
// found from the working directory.
func layOut(ctx context.Context, graph *elkNode) (*elkNode, error) {
	in, err := json.Marshal(graph)
	if err != nil {
		return nil, err
	}
	var out, complaint bytes.Buffer
	node := exec.CommandContext(ctx, "node", "--input-type=module", "--eval", script)
	node.Stdin, node.Stdout, node.Stderr = bytes.NewReader(in), &out, &complaint
	if err := node.Run(); err != nil {
		return nil, fmt.Errorf("elkjs lays the state machines out, and did not run; it needs node, and what `npm ci` installs: %w\n%s", err, &complaint)
	}
	placed := &elkNode{}
	return placed, json.Unmarshal(out.Bytes(), placed)
}
