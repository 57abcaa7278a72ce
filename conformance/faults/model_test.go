package faults

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"photogallery/conformance/document"
)

// modeled names the scenarios whose time and money are measured.
var modeled = []string{"first", "cached", "rolling", "rollback", "beside", "teardown", "morning"}

// maxOverhead is the part of its time that a scenario may spend on anything but AWS's own work.
const maxOverhead = 0.10

func TestModelOfTimeAndMoney(t *testing.T) {
	var times, money strings.Builder
	times.WriteString("| scenario | takes | AWS's own work | the rest | AWS works on | the execution waits in |\n|---|---:|---:|---:|---|---|\n")
	money.WriteString("| scenario | state transitions | invocations | for these | instances, balancer, addresses and snapshots meanwhile |\n|---|---:|---:|---:|---:|\n")
	for _, s := range scenarios() {
		if !slices.Contains(modeled, s.name) {
			continue
		}
		m, err := measure(t, s)
		if err != nil {
			t.Fatal(err)
		}
		rest := float64(m.took-total(m.busy)) / float64(m.took)
		if rest > maxOverhead {
			t.Errorf("%s spends %.0f %% of %v on something else than AWS's own work: %s", s.name, 100*rest, m.took, ranked(m.idle))
		}
		took, busy := m.took.Round(5*time.Second), total(m.busy).Round(5*time.Second)
		fmt.Fprintf(&times, "| %s | %v | %v | %.0f %% | %s | %s |\n", s.name, took, busy, 100*float64(took-busy)/float64(took), ranked(m.busy), ranked(m.idle))
		fmt.Fprintf(&money, "| %s | %d | %d | %.4f $ | %.4f $ |\n", s.name, round(m.transitions), round(m.invocations), m.requests, m.resources)
	}
	publish(t, times.String()+"\n"+money.String())
	document.Block(t, reliability, "time", times.String(), settled)
	document.Block(t, reliability, "money", money.String(), settled)
}

// round hides small differences in the number of polls.
func round(count int) int { return (count + 5) / 10 * 10 }

func total(of map[string]time.Duration) (sum time.Duration) {
	for _, d := range of {
		sum += d
	}
	return sum
}

// ranked lists durations in steps of five seconds, longest first. It omits shorter ones.
func ranked(of map[string]time.Duration) string {
	names := slices.SortedFunc(maps.Keys(of), func(a, b string) int { return cmp.Or(cmp.Compare(of[b], of[a]), cmp.Compare(a, b)) })
	var words []string
	for _, name := range names {
		if d := of[name].Round(5 * time.Second); d > 0 {
			words = append(words, fmt.Sprintf("%s %v", name, d))
		}
	}
	return strings.Join(words, ", ")
}
