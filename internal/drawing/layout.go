// Package drawing holds the drawings of the two state machines: the positions of states and
// transitions. `make drawings` computes them from the ASL files; this package only reads them.
package drawing

import _ "embed"

// Release is the Layout of the release state machine, in JSON.
//
//go:embed release.json
var Release []byte

// Teardown is the Layout of the teardown state machine, in JSON.
//
//go:embed teardown.json
var Teardown []byte

// Layout holds the positions of a machine's states. Lengths are in CSS pixels, from the top left
// corner.
type Layout struct {
	Machine string  `json:"machine"` // "release" or "teardown"
	Width   float64 `json:"width"`
	Height  float64 `json:"height"`
	Nodes   []Node  `json:"nodes"` // a Parallel before its branches, branches before their states
	Edges   []Edge  `json:"edges"`
}

// Node is a state, or a branch of a Parallel state.
type Node struct {
	ID      string  `json:"id"`   // the state's name; for a branch the Parallel's, "/", and a number from 0
	Type    string  `json:"type"` // as in the ASL file, or "Branch"
	Parent  string  `json:"parent,omitempty"`
	X       float64 `json:"x"` // of the top left corner, relative to the drawing's
	Y       float64 `json:"y"`
	W       float64 `json:"w"`
	H       float64 `json:"h"`
	Note    string  `json:"note,omitempty"`    // a few words below the name
	Comment string  `json:"comment,omitempty"` // from the ASL file
	Retry   []Retry `json:"retry,omitempty"`
}

// Retry is an entry of a state's Retry field.
type Retry struct {
	Errors   []string `json:"errors"`
	Attempts int64    `json:"attempts"`
}

// Edge is a transition. Points are its corners, from the border of one state to that of the other.
type Edge struct {
	From   string  `json:"from"`
	To     string  `json:"to"`
	Kind   Kind    `json:"kind"`
	Main   bool    `json:"main,omitempty"`  // on the main path from the start to success
	Label  string  `json:"label,omitempty"` // a word or two about the condition
	At     *Point  `json:"at,omitempty"`    // the middle of the label
	Points []Point `json:"points"`
}

// Point is a point in the drawing.
type Point [2]float64

// Kind says why a transition is taken.
type Kind string

// Next follows a success, Choice a decision, Catch a failure.
const (
	Next   Kind = "next"
	Choice Kind = "choice"
	Catch  Kind = "catch"
)
