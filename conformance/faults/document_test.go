package faults

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The first document has the figures of the last whole run, the second has what users may count on.
const (
	trials      = "../reliability.md"
	reliability = "../../docs/reliability.md"
)

// jitter matches the hours of a table, whose last digit differs between runs.
var jitter = regexp.MustCompile(`(?m)( \| \d+){6} \|$`)

// settled returns a block without its column of hours.
func settled(block string) string {
	return jitter.ReplaceAllStringFunc(block, func(row string) string { return row[:strings.LastIndex(strings.TrimSuffix(row, " |"), "|")] })
}

// TestDocumentCountsEveryTrial compares the number of trials in the document with the number of
// trials there are, without running them.
func TestDocumentCountsEveryTrial(t *testing.T) {
	whole, err := os.ReadFile(trials)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range listScenarios(t) {
		if row := "| " + l.name + " | " + strconv.Itoa(len(singleFaults(l.scenario, l.points))) + " | "; !strings.Contains(string(whole), row) {
			t.Errorf("conformance/reliability.md has no row that begins %q; `make faults WRITE=1` writes it", row)
		}
	}
	if strings.Count(string(whole), " violations | ") != 2 {
		t.Error("conformance/reliability.md has not both tables")
	}
}
