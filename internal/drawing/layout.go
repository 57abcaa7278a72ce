// Package drawing has the two state machines as drawings: where each state stands, and which way the
// transitions run. `make drawings` lays them out from the ASL files; nothing here computes a position.
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

// Layout is where each state of a machine is drawn. Lengths are CSS pixels, from the top left corner.
type Layout struct {
	Machine string  `json:"machine"` // "release" or "teardown"
	Width   float64 `json:"width"`
	Height  float64 `json:"height"`
	Nodes   []Node  `json:"nodes"` // a Parallel before its branches, those before their states
	Edges   []Edge  `json:"edges"`
}

// Node is a state, or a branch of a Parallel state.
type Node struct {
	ID      string  `json:"id"`   // the state's name; of a branch the Parallel's, "/", and a number from 0
	Type    string  `json:"type"` // as in the ASL file; "Branch" of a branch
	Parent  string  `json:"parent,omitempty"`
	X       float64 `json:"x"` // of the top left corner, from that of the drawing
	Y       float64 `json:"y"`
	W       float64 `json:"w"`
	H       float64 `json:"h"`
	Note    string  `json:"note,omitempty"`    // a few words below the name
	Comment string  `json:"comment,omitempty"` // the ASL file's
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
	Main   bool    `json:"main,omitempty"`  // on the straight way from the start to success
	Label  string  `json:"label,omitempty"` // when it is taken, in a word or two
	At     *Point  `json:"at,omitempty"`    // the label's middle
	Points []Point `json:"points"`
}

// Point is a place in the drawing, x before y.
type Point [2]float64

// Kind says why a transition is taken.
type Kind string

// Next follows a state that did well, Choice a decision, Catch a failure.
const (
	Next   Kind = "next"
	Choice Kind = "choice"
	Catch  Kind = "catch"
)
