package faults

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"
)

// figures count the runs of one scenario with one kind of fault.
type figures struct {
	scenario, fault                           string
	runs, succeeded, clean, dirty, violations int
	virtual, wall                             time.Duration
}

func (f *figures) add(other figures) {
	f.runs += other.runs
	f.succeeded += other.succeeded
	f.clean += other.clean
	f.dirty += other.dirty
	f.violations += other.violations
	f.virtual += other.virtual
	f.wall += other.wall
}

// report collects the figures of all runs.
type report struct {
	mu   sync.Mutex
	rows map[[2]string]*figures
}

func (r *report) add(one trial, result outcome, violations int) {
	name := one.faults[0].fault.name
	if len(one.faults) > 1 {
		name = "two of them"
	}
	row := figures{runs: 1, virtual: result.virtual, wall: result.wall}
	switch result.end {
	case "succeeded":
		row.succeeded++
	case "dirty":
		row.dirty++
	default:
		row.clean++
	}
	row.violations = min(violations, 1)
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.rows == nil {
		r.rows = map[[2]string]*figures{}
	}
	key := [2]string{one.scenario.name, name}
	if r.rows[key] == nil {
		r.rows[key] = &figures{scenario: key[0], fault: key[1]}
	}
	r.rows[key].add(row)
}

// by sums the figures up by a key. The sums are in the order in which scenarios and faults are
// declared, the total last.
func (r *report) by(key func(*figures) (scenario, fault string)) (sums []figures) {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := figures{scenario: "all", fault: "all"}
	found := map[[2]string]*figures{}
	for _, row := range r.rows {
		scenario, fault := key(row)
		if found[[2]string{scenario, fault}] == nil {
			found[[2]string{scenario, fault}] = &figures{scenario: scenario, fault: fault}
		}
		found[[2]string{scenario, fault}].add(*row)
		all.add(*row)
	}
	for _, sum := range found {
		sums = append(sums, *sum)
	}
	slices.SortFunc(sums, func(a, b figures) int {
		return cmp.Or(cmp.Compare(indexOf(scenarioNames(), a.scenario), indexOf(scenarioNames(), b.scenario)),
			cmp.Compare(indexOf(faultNames(), a.fault), indexOf(faultNames(), b.fault)))
	})
	return append(sums, all)
}

func indexOf(names []string, name string) int {
	if at := slices.Index(names, name); at >= 0 {
		return at
	}
	return len(names)
}

func scenarioNames() (names []string) {
	for _, s := range scenarios() {
		names = append(names, s.name)
	}
	return names
}

func faultNames() (names []string) {
	for _, f := range faults() {
		names = append(names, f.name)
	}
	return names
}

// String returns the table by scenario and fault for a terminal.
func (r *report) String() string {
	var table strings.Builder
	const row, head = "%-20s %-21s %6d %9d %6d %6d %10d %13.0f %8.1f\n", "%-20s %-21s %6s %9s %6s %6s %10s %13s %8s\n"
	fmt.Fprintf(&table, head, "scenario", "fault", "runs", "succeeded", "clean", "dirty", "violations", "virtual hours", "wall s")
	for _, sum := range r.by(func(f *figures) (string, string) { return f.scenario, f.fault }) {
		fmt.Fprintf(&table, row, sum.scenario, sum.fault, sum.runs, sum.succeeded, sum.clean, sum.dirty, sum.violations, sum.virtual.Hours(), sum.wall.Seconds())
	}
	return table.String()
}

// markdown returns a table for the document, without the wall time, which differs each time.
func markdown(title string, sums []figures, name func(figures) string) string {
	var table strings.Builder
	fmt.Fprintf(&table, "| %s | runs | succeeded | failed clean | failed dirty | violations | virtual hours |\n|---|---:|---:|---:|---:|---:|---:|\n", title)
	for _, sum := range sums {
		fmt.Fprintf(&table, "| %s | %d | %d | %d | %d | %d | %.0f |\n", name(sum), sum.runs, sum.succeeded, sum.clean, sum.dirty, sum.violations, sum.virtual.Hours())
	}
	return table.String()
}
