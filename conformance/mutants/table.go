package main

import (
	"fmt"
	"runtime"
	"strings"
	"time"
)

// document is where the table of the last whole run is.
const document = "docs/mutants.md"

// String is the outcome as one line of text.
func (o outcome) String() string {
	return fmt.Sprintf("%-7s %s (%s): %s, %.1f s", o.word(), o.mutant.name, strings.Join(o.mutant.files(), ", "), o.finding(), o.took.Seconds())
}

func (o outcome) word() string {
	switch {
	case o.stale != nil:
		return "STALE"
	case o.caught:
		return "caught"
	}
	return "MISSED"
}

func (o outcome) finding() string {
	switch {
	case o.stale != nil:
		return o.stale.Error()
	case o.caught:
		return o.by
	}
	return "nothing fails"
}

func summary(outcomes []outcome, took time.Duration) string {
	counts := map[string]int{}
	for _, o := range outcomes {
		counts[o.word()]++
	}
	return fmt.Sprintf("%d mutants: %d caught, %d missed, %d stale; %s\n",
		len(outcomes), counts["caught"], counts["MISSED"], counts["STALE"], took.Round(time.Second))
}

// verdict is an error unless every mutant is caught. It names those that are not.
func verdict(outcomes []outcome) error {
	var wrong []string
	for _, o := range outcomes {
		if o.word() != "caught" {
			wrong = append(wrong, o.word()+" "+o.mutant.name)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("a test is missing for each that was missed, and each that is stale must be written anew:\n%s", strings.Join(wrong, "\n"))
}

const preface = `# Mutants

A test that passes proves little; one that fails when the product is wrong proves something. ` + "`make mutants`" + `
makes the product wrong in one way after the other, in a copy of the working tree, and runs the tests there
until one fails: first those of the changed file's package, then those further away. The table says which
one it was. What notices any change and judges none does not count: the template's snapshot, the documents
and the drawings are left out. A mutant that nothing catches is a missing test, and fails the command; so
does one whose text is no longer in the code. An ordinary test sees to it that each can still be planted.
`

// page is the document.
func page(outcomes []outcome, took time.Duration) string {
	var text strings.Builder
	text.WriteString(preface)
	fmt.Fprintf(&text, "\nThe last run: `make mutants WRITE=1`, %s, %s/%s with %d cores, %s.\n\n%s",
		time.Now().UTC().Format(time.DateOnly), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), runtime.Version(), summary(outcomes, took))
	area := ""
	for _, o := range outcomes {
		if o.area != area {
			area = o.area
			fmt.Fprintf(&text, "\n## %s\n| what is wrong | where | caught by | seconds |\n|---|---|---|---:|\n", area)
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %.0f |\n", o.mutant.name, code(o.mutant.files()...), o.verdictCell(), o.took.Seconds())
	}
	return text.String()
}

func (o outcome) verdictCell() string {
	if !o.caught {
		return "**" + strings.ToLower(o.word()) + "**"
	}
	return code(strings.SplitN(o.by, " ", 2)...)
}

func code(words ...string) string {
	return "`" + strings.ReplaceAll(strings.Join(words, "`, `"), "|", `\|`) + "`"
}
