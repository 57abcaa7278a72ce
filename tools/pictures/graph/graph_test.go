package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"photogallery/internal/drawing"
	"photogallery/statemachine"
)

var drawn = sync.OnceValues(func() (map[string][]byte, error) { return draw(context.Background()) })

func TestDrawingsShowTheStateMachines(t *testing.T) {
	files, err := drawn()
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range files {
		kept, err := os.ReadFile(filepath.Join("../../..", path))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(kept, content) {
			t.Errorf("%s is not what the state machines are now: run make drawings", path)
		}
	}
}

func layouts(t *testing.T) (all []drawing.Layout) {
	t.Helper()
	files, err := drawn()
	if err != nil {
		t.Fatal(err)
	}
	for path, content := range files {
		if filepath.Ext(path) == ".json" {
			var l drawing.Layout
			if err := json.Unmarshal(content, &l); err != nil {
				t.Fatal(err)
			}
			all = append(all, l)
		}
	}
	return all
}

func TestEveryStateAndTransitionIsDrawn(t *testing.T) {
	definitions := map[string][]byte{"release": statemachine.Release, "teardown": statemachine.Teardown}
	for _, l := range layouts(t) {
		m, err := read(definitions[l.Machine])
		if err != nil {
			t.Fatal(err)
		}
		nodes, edges := m.size()
		if len(l.Nodes) != nodes || len(l.Edges) != edges {
			t.Errorf("%s: %d nodes and %d edges, want %d and %d", l.Machine, len(l.Nodes), len(l.Edges), nodes, edges)
		}
	}
}

// size returns how many nodes and edges a machine is drawn with.
func (m machine) size() (nodes, edges int) {
	for name, s := range m.States {
		nodes++
		edges += len(m.successors(name)) + len(s.Catch)
		for _, branch := range s.Branches {
			within, between := (machine{branch}).size()
			nodes, edges = nodes+1+within, edges+between
		}
	}
	return nodes, edges
}

// What ELK lays out is moved a little afterwards: this must not put lines over states.
func TestLinesKeepClearOfStates(t *testing.T) {
	for _, l := range layouts(t) {
		states := slices.DeleteFunc(slices.Clone(l.Nodes), func(n drawing.Node) bool { return n.Type == "Parallel" || n.Type == "Branch" })
		for i, n := range states {
			for _, e := range l.Edges {
				if runsOver(e, n) {
					t.Errorf("%s: the line from %s to %s runs over %s", l.Machine, e.From, e.To, n.ID)
				}
			}
			for _, other := range states[i+1:] {
				if n.X < other.X+other.W && other.X < n.X+n.W && n.Y < other.Y+other.H && other.Y < n.Y+n.H {
					t.Errorf("%s: %s and %s cover each other", l.Machine, n.ID, other.ID)
				}
			}
		}
	}
}

func runsOver(e drawing.Edge, n drawing.Node) bool {
	for i := range len(e.Points) - 1 {
		a, b := e.Points[i], e.Points[i+1]
		if max(a[0], b[0]) > n.X && min(a[0], b[0]) < n.X+n.W && max(a[1], b[1]) > n.Y && min(a[1], b[1]) < n.Y+n.H {
			return true
		}
	}
	return false
}

func TestStateWithoutPlaceInTheDrawingIsNamed(t *testing.T) {
	for definition, want := range map[string]string{
		`{"StartAt": "Water", "States": {"Water": {"Type": "Task", "End": true}}}`:                                            "the step Water is in no stage",
		`{"StartAt": "Gone", "States": {"Gone": {"Type": "Fail", "Error": "Flooded"}}}`:                                       "the end Flooded",
		`{"StartAt": "Plan", "States": {"Plan": {"Type": "Task", "End": true}}}`:                                              "no step Lock any more",
		`{"StartAt": "Deep", "States": {"Deep": {"Type": "Choice", "Choices": [{"Variable": "$.a.b", "NumericEquals": 1}]}}}`: "no words for its choice on $.a.b",
	} {
		m, err := read([]byte(definition))
		if err == nil {
			_, err = m.links()
		}
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want it to say %q", err, want)
		}
	}
}
