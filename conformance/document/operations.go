package document

import (
	"os"
	"regexp"
	"slices"
	"testing"
)

// Operations returns the operations that rows of a document's last table with them name, sorted, as IAM has them: one
// without its service has that of the operation before it.
func Operations(t *testing.T, path string, rows ...string) []string {
	t.Helper()
	table, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for _, row := range rows {
		found := regexp.MustCompile(`(?m)^\| `+regexp.QuoteMeta(row)+` \| .* \|$`).FindAllString(string(table), -1)
		if found == nil {
			t.Fatalf("%s has no row %s", path, row)
		}
		service := ""
		for _, name := range operation.FindAllStringSubmatch(found[len(found)-1], -1) {
			if name[1] != "" {
				service = name[1]
			}
			all = append(all, service+":"+name[2])
		}
	}
	slices.Sort(all)
	return slices.Compact(all)
}

var operation = regexp.MustCompile("`(?:([a-z0-9]+):)?([A-Z][A-Za-z]+)`")
