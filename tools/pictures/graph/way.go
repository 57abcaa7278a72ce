package main

import (
	"cmp"
	"maps"
	"slices"
)

// aside lists states that a run seldom visits. The main path leaves them out.
var aside = []string{"UndoAbandoned"}

// straight returns the successor that is drawn right below a state: the one with the longest rest
// of the path, except the wait of its loop, and except a failure unless there is nothing else.
func (m machine) straight(name string) string {
	to := slices.DeleteFunc(m.successors(name), func(to string) bool { return m.loops(name, to) })
	if good := slices.DeleteFunc(slices.Clone(to), m.fails); len(good) > 0 {
		to = good
	}
	if len(to) == 0 {
		return ""
	}
	return slices.MaxFunc(to, func(a, b string) int { return cmp.Compare(m.toCome(a, name), m.toCome(b, name)) })
}

// spine returns the main path from the start.
func (m machine) spine() (names []string) {
	for name := m.StartAt; name != "" && !slices.Contains(names, name); name = m.straight(name) {
		names = append(names, name)
	}
	return names
}

// successors returns the states that may follow without a failure, each once, in the order of the
// file.
func (m machine) successors(name string) (all []string) {
	s := m.States[name]
	candidates := []string{s.Next}
	for _, c := range s.Choices {
		candidates = append(candidates, c.Next)
	}
	for _, to := range append(candidates, s.Default) {
		if to != "" && !slices.Contains(all, to) {
			all = append(all, to)
		}
	}
	return all
}

// fails reports whether no path leads from a state to a good end.
func (m machine) fails(name string) bool {
	return !m.succeeds(name, map[string]bool{})
}

func (m machine) succeeds(name string, visited map[string]bool) bool {
	visited[name] = true
	if s := m.States[name]; s.Type == "Succeed" || s.End {
		return true
	}
	return slices.ContainsFunc(m.successors(name), func(next string) bool {
		return !visited[next] && m.succeeds(next, visited)
	})
}

// toCome returns the number of states on the longest path from a state to an end, without the one
// before it.
func (m machine) toCome(name, before string) int {
	if slices.Contains(aside, name) {
		return 0
	}
	return m.longest(name, map[string]bool{before: true})
}

func (m machine) longest(name string, visited map[string]bool) int {
	visited = maps.Clone(visited)
	visited[name] = true
	most := 0
	for _, next := range m.successors(name) {
		if !visited[next] {
			most = max(most, m.longest(next, visited))
		}
	}
	return most + 1
}
