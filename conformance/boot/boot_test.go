//go:build boot

package boot

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"photogallery/conformance/document"
)

const page = "../boot.md"

// TestBoot tells the whole story once, and holds what was found to the checks.
func TestBoot(t *testing.T) {
	s := tell(t, openDisks(t), nil)
	for _, name := range checks {
		t.Run(name, func(t *testing.T) {
			if found := s.found[name]; found != "" || !s.judged[name] {
				t.Errorf("looked at: %t; found: %s", s.judged[name], found)
			}
		})
	}
	var table strings.Builder
	table.WriteString("| from power-on, unless it says otherwise | seconds |\n|---|---:|\n")
	slices.SortFunc(s.took, func(a, b timing) int { return strings.Compare(a.what, b.what) })
	for _, one := range s.took {
		fmt.Fprintf(&table, "| %s | %.0f |\n", one.what, one.seconds)
	}
	numbers := regexp.MustCompile(`\d+ \|\n`)
	document.Block(t, page, "seconds", table.String(), func(text string) string { return numbers.ReplaceAllString(text, "") })
}

func TestDocumentNamesChecksAndFaults(t *testing.T) {
	document.Block(t, page, "checks", "- "+strings.Join(checks, "\n- ")+"\n", nil)
	var table strings.Builder
	table.WriteString("| fault | found by |\n|---|---|\n")
	for _, one := range slices.Concat(faults...) {
		fmt.Fprintf(&table, "| %s | %s |\n", one.what, strings.Join(one.found, "; "))
	}
	document.Block(t, page, "faults", table.String(), nil)
}
