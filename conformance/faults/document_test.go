package faults

import (
	"flag"
	"os"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// reliability is the document that the figures are in.
const reliability = "../../docs/reliability.md"

var write = flag.Bool("write", false, "write the figures into docs/reliability.md")

// document puts a generated block into the document with -write, and without it wants the block to
// be what is there.
func document(t *testing.T, block, text string) {
	t.Helper()
	whole, err := os.ReadFile(reliability)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+block+" -->\n", "<!-- /"+block+" -->"
	before, rest, opened := strings.Cut(string(whole), begin)
	there, after, closed := strings.Cut(rest, end)
	if !opened || !closed {
		t.Fatalf("%s has no block %q", reliability, block)
	}
	switch {
	case settled(there) == settled(text):
	case *write:
		if err := os.WriteFile(reliability, []byte(before+begin+text+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the block %q of docs/reliability.md is out of date; `make faults WRITE=1` writes it:\n%s", block, text)
	}
}

// jitter moves the hours of a table by their last digit.
var jitter = regexp.MustCompile(`(?m)( \| \d+){6} \|$`)

// settled is a block without the column of hours.
func settled(block string) string {
	return jitter.ReplaceAllStringFunc(block, func(row string) string { return row[:strings.LastIndex(strings.TrimSuffix(row, " |"), "|")] })
}

// TestTheDocumentCountsEveryTrial holds the figures of the last whole run to what there is to explore,
// without the whole run.
func TestTheDocumentCountsEveryTrial(t *testing.T) {
	whole, err := os.ReadFile(reliability)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range listed(t) {
		if row := "| " + l.name + " | " + strconv.Itoa(len(singles(l.scenario, l.sites))) + " | "; !strings.Contains(string(whole), row) {
			t.Errorf("docs/reliability.md has no row that begins %q; `make faults WRITE=1` writes it", row)
		}
	}
	if strings.Count(string(whole), " violations | ") != 2 {
		t.Error("docs/reliability.md has not both tables")
	}
}
