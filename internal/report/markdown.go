package report

import (
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"photogallery/internal/execution"
)

// Markdown writes an execution for a page of GitHub, such as a job's summary: how it ended, in the
// words of outcome, a Gantt chart of its steps in Mermaid, and a table of them.
// https://docs.github.com/en/get-started/writing-on-github/working-with-advanced-formatting/creating-diagrams
func Markdown(to io.Writer, of *execution.Progress, outcome string, now time.Time) error {
	var page strings.Builder
	fmt.Fprintf(&page, "### %s: %s\n\n%s\n", cell(of.Name), cell(string(of.Status)), indented(outcome))
	page.WriteString("```mermaid\ngantt\n  dateFormat x\n  axisFormat %H:%M:%S\n")
	for _, s := range begun(of) {
		// A chart has no bar for less than a millisecond.
		fmt.Fprintf(&page, "  %s :%s%d, %dms\n", execution.Title(s.Name), urgent(s.Phase), s.Began.UnixMilli(), max(1, s.Elapsed(now).Milliseconds()))
	}
	page.WriteString("```\n\n| | step | | time |\n|---|---|---|---|\n")
	for _, s := range begun(of) {
		fmt.Fprintf(&page, "| %s | %s%s | %s | %s |\n", sign(s.Phase), strings.Repeat("&emsp;", s.Depth), execution.Title(s.Name), cell(found(s)), took(s.Elapsed(now)))
	}
	_, err := io.WriteString(to, page.String())
	return err
}

// begun returns the steps that the execution has reached.
func begun(of *execution.Progress) (steps []*execution.Step) {
	for _, s := range of.Steps {
		if s.Phase != execution.Waiting {
			steps = append(steps, s)
		}
	}
	return steps
}

func hasFailed(phase execution.Phase) bool {
	return phase == execution.Caught || phase == execution.Stopped
}

// urgent is Mermaid's tag of a red bar.
func urgent(phase execution.Phase) string {
	if hasFailed(phase) {
		return "crit, "
	}
	return ""
}

func sign(phase execution.Phase) string {
	switch {
	case hasFailed(phase):
		return "✗"
	case phase == execution.Succeeded:
		return "✓"
	}
	return "●"
}

func found(s *execution.Step) string {
	if s.Error != "" {
		return strings.TrimSuffix(s.Error+": "+s.Cause, ": ")
	}
	if s.Group {
		return ""
	}
	return s.Note
}

// indented returns text as a code block, in which Markdown means nothing.
func indented(text string) string {
	var block strings.Builder
	for line := range strings.Lines(text) {
		block.WriteString("    " + strings.TrimRight(harmless(line), " ") + "\n")
	}
	return block.String()
}

// longestCell is how much of a cause a cell holds; the whole cause is in the outcome.
const longestCell = 200

// cell returns text for a cell of a table, in which Markdown and HTML mean nothing: causes have other
// authors.
func cell(text string) string {
	letters := []rune(strings.Join(strings.Fields(harmless(text)), " "))
	cut := ""
	if len(letters) > longestCell {
		letters, cut = letters[:longestCell], "…"
	}
	var escaped strings.Builder
	for _, letter := range letters {
		if strings.ContainsRune("\\`*_[]<>|~&#!@$", letter) {
			escaped.WriteByte('\\')
		}
		escaped.WriteRune(letter)
	}
	return escaped.String() + cut
}

// harmless returns one line without control characters and changes of the text's direction.
func harmless(line string) string {
	return strings.Map(func(letter rune) rune {
		if unicode.IsControl(letter) || unicode.Is(unicode.Bidi_Control, letter) {
			return ' '
		}
		return letter
	}, line)
}
