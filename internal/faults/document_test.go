package faults

import (
	"flag"
	"os"
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
	case there == text:
	case *write:
		if err := os.WriteFile(reliability, []byte(before+begin+text+end+after), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("the block %q of docs/reliability.md is out of date; `make faults WRITE=1` writes it:\n%s", block, text)
	}
}
