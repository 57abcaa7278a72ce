package faults

import (
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// The figures of the last whole run are in one document, what users may count on in the other.
const (
	trials      = "../reliability.md"
	reliability = "../../docs/reliability.md"
)

// jitter moves the hours of a table by their last digit.
var jitter = regexp.MustCompile(`(?m)( \| \d+){6} \|$`)

// settled is a block without the column of hours.
func settled(block string) string {
	return jitter.ReplaceAllStringFunc(block, func(row string) string { return row[:strings.LastIndex(strings.TrimSuffix(row, " |"), "|")] })
}

// TestDocumentCountsEveryTrial holds the figures of the last whole run to what there is to explore,
// without the whole run.
func TestDocumentCountsEveryTrial(t *testing.T) {
	whole, err := os.ReadFile(trials)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range listed(t) {
		if row := "| " + l.name + " | " + strconv.Itoa(len(singles(l.scenario, l.sites))) + " | "; !strings.Contains(string(whole), row) {
			t.Errorf("conformance/reliability.md has no row that begins %q; `make faults WRITE=1` writes it", row)
		}
	}
	if strings.Count(string(whole), " violations | ") != 2 {
		t.Error("conformance/reliability.md has not both tables")
	}
}
