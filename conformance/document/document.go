// Package document compares blocks of documents with results of tests.
package document

import (
	"flag"
	"os"
	"strings"
	"testing"
)

var write = flag.Bool("write", false, "write the documents' blocks")

// Block requires that the block between <!-- name --> and <!-- /name --> in the document at path is
// text, and with -write makes it so. Settle returns the part of a block to compare; nil compares
// all of it.
func Block(t *testing.T, path, name, text string, settle func(string) string) {
	t.Helper()
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
	before, rest, opened := strings.Cut(string(whole), begin)
	there, after, closed := strings.Cut(rest, end)
	switch {
	case !opened || !closed:
		t.Fatalf("%s has no block %q", path, name)
	case there == text || settle != nil && settle(there) == settle(text):
	case !*write:
		t.Errorf("the block %q of %s is out of date; this test writes it with -write:\n%s", name, path, text)
	default:
		if err := os.WriteFile(path, []byte(before+begin+text+end+after), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}
