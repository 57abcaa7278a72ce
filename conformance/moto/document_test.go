package moto_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"photogallery/conformance/document"
)

// A function of a mend_ file says in its documentation what moto does without it.
func TestDocumentListsMends(t *testing.T) {
	files, err := filepath.Glob("mend_*.py")
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	text.WriteString("| the launcher's mend | without it |\n|---|---|\n")
	definition := regexp.MustCompile(`(?m)^def (\w+)\(.*\):\n(?:    """(?s:(.*?))""")?`)
	for _, path := range files {
		service := strings.TrimSuffix(strings.TrimPrefix(path, "mend_"), ".py")
		for _, found := range definition.FindAllStringSubmatch(read(t, path), -1) {
			without, is := strings.CutPrefix(strings.Join(strings.Fields(found[2]), " "), "Without it ")
			switch {
			case found[1] == "apply":
			case !is:
				t.Errorf("%s: %s does not say what moto does without it", path, found[1])
			default:
				fmt.Fprintf(&text, "| %s: %s | %s |\n", service, strings.ReplaceAll(found[1], "_", " "), strings.ReplaceAll(without, "|", `\|`))
			}
		}
	}
	document.Block(t, "../README.md", "mends", text.String(), nil)
}

// The document says which tests cover a gap of moto: a folder's link, and names of tests in it.
func TestDocumentNamesTestsThatExist(t *testing.T) {
	covered := regexp.MustCompile("\\[([^]]+)\\]\\([^)]*\\): ((?:`Test\\w+`(?:, )?)+)").FindAllStringSubmatch(read(t, "../README.md"), -1)
	if len(covered) < 20 {
		t.Errorf("the document names tests of %d folders; it has changed its form", len(covered))
	}
	for _, found := range covered {
		files, err := filepath.Glob(filepath.Join("../..", found[1], "*_test.go"))
		if err != nil {
			t.Fatal(err)
		}
		var source strings.Builder
		for _, path := range files {
			source.WriteString(read(t, path))
		}
		for _, name := range strings.Split(found[2], ", ") {
			if !strings.Contains(source.String(), "func "+strings.Trim(name, "`")+"(") {
				t.Errorf("there is no %s in %s", name, found[1])
			}
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
