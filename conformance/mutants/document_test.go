package mutants

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"
)

// document has the table.
const document = "conformance/mutants.md"

const preface = `# Mutants

A test that passes proves little; one that fails when the product is wrong proves something. ` + "`make mutants`" + `
makes the product wrong in one way after the other, in a copy of the working tree, and runs the tests there
until one fails: first those of the changed file's package, then those further away. The table says which
one it was. What notices any change and judges none does not count: the template's snapshot, the documents
and the drawings are left out. A mutant that nothing catches is a missing test, and fails the command; so
does one whose text is no longer in the code. An ordinary test sees to it that each can still be planted.
`

// writeDocument puts the outcomes into the table, and leaves the rows of other mutants as they are. Its
// error names the mutants that the table still lacks.
func writeDocument(outcomes []outcome) error {
	former, err := os.ReadFile(filepath.Join(root, document))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	rows := rowsOf(string(former))
	for _, o := range outcomes {
		rows[o.mutant.name] = o.row()
	}
	text, err := page(areas(), rows)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(root, document), []byte(text), 0o644) //nolint:gosec // a document is for everybody
}

// rowsOf returns the rows of a document by the names of their mutants.
func rowsOf(text string) map[string]string {
	rows := map[string]string{}
	for line := range strings.Lines(text) {
		if cells := strings.SplitN(line, " | ", 3); len(cells) == 3 && strings.HasPrefix(cells[1], "`") {
			rows[strings.TrimPrefix(cells[0], "| ")] = line
		}
	}
	return rows
}

// page returns the document.
func page(areas []area, rows map[string]string) (string, error) {
	var tables strings.Builder
	var lacking []string
	count := 0
	for _, a := range areas {
		fmt.Fprintf(&tables, "\n## %s\n| what is wrong | where | caught by | seconds |\n|---|---|---|---:|\n", a.name)
		for _, m := range a.mutants {
			if rows[m.name] == "" {
				lacking = append(lacking, m.name)
			}
			tables.WriteString(rows[m.name])
			count++
		}
	}
	if len(lacking) > 0 {
		return "", fmt.Errorf("%s has no row of %s; leave -only out", document, strings.Join(lacking, ", "))
	}
	return fmt.Sprintf("%s\nThere are %d. Each row is of its mutant's last run with `make mutants WRITE=1`; the latest was on %s, on %s/%s with %d cores and %s.\n%s",
		preface, count, time.Now().UTC().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), tables.String()), nil
}

func (o outcome) row() string {
	by := "**" + strings.ToLower(o.word()) + "**"
	if o.caught {
		by = code(strings.SplitN(o.by, " ", 2)...)
	}
	return fmt.Sprintf("| %s | %s | %s | %.0f |\n", o.mutant.name, code(o.mutant.files()...), by, o.took.Seconds())
}

func code(words ...string) string {
	return "`" + strings.ReplaceAll(strings.Join(words, "`, `"), "|", `\|`) + "`"
}
