package process_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"photogallery/internal/local/process"
)

// The document has two tables of directives, those that are applied first.
func TestDocumentListsTheDirectives(t *testing.T) {
	document, err := os.ReadFile("../../../docs/bundle.md")
	if err != nil {
		t.Fatal(err)
	}
	row := regexp.MustCompile("(?m)^\\| `\\[(\\w+)\\]` \\| (.*) \\|$")
	word := regexp.MustCompile("`(\\w+)`")
	first, second, found := strings.Cut(string(document), "accepted and change nothing")
	if !found {
		t.Fatal("the document has changed its form")
	}
	listed := func(text string) (names []string) {
		for _, cells := range row.FindAllStringSubmatch(text, -1) {
			for _, name := range word.FindAllStringSubmatch(cells[2], -1) {
				names = append(names, cells[1]+"."+name[1])
			}
		}
		slices.Sort(names)
		return names
	}
	all, applied := process.Directives()
	var change, rest []string
	for _, name := range all {
		if applied(name) {
			change = append(change, name)
		} else {
			rest = append(rest, name)
		}
	}
	if diff := cmp.Diff(change, listed(first)); diff != "" {
		t.Error("applied", diff)
	}
	if diff := cmp.Diff(rest, listed(second)); diff != "" {
		t.Error("accepted", diff)
	}
}
