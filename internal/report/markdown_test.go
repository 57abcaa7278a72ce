package report_test

import (
	"strings"
	"testing"
	"time"

	"photogallery/internal/execution"
	"photogallery/internal/report"
)

func markdown(t *testing.T, of *execution.Progress, outcome string) string {
	t.Helper()
	var page strings.Builder
	if err := report.Markdown(&page, of, outcome, of.Began.Add(time.Hour)); err != nil {
		t.Fatal(err)
	}
	return page.String()
}

func TestMarkdownHasEveryStepThatBegan(t *testing.T) {
	began := time.UnixMilli(1_800_000_000_000)
	page := markdown(t, &execution.Progress{Name: "r1", Status: "FAILED", Began: began, Steps: []*execution.Step{
		{Name: "Plan", Phase: execution.Succeeded, Began: began, Ended: began, Note: "2 instances"},
		{Name: "LaunchBuilder", Depth: 1, Phase: execution.Caught, Began: began, Ended: began.Add(3 * time.Second), Error: "BuildFailed", Cause: "no | pipe"},
		{Name: "Verify", Phase: execution.Waiting},
	}}, "r1 ended in FailedClean:\n<b>no</b>")
	for _, words := range []string{
		"### r1: FAILED\n\n    r1 ended in FailedClean:\n    <b>no</b>\n\n",
		"  Plan :1800000000000, 1ms\n  Launch builder :crit, 1800000000000, 3000ms\n",
		"| ✓ | Plan | 2 instances | 0 ms |\n",
		`| ✗ | &emsp;Launch builder | BuildFailed: no \| pipe | 3.0 s |` + "\n",
	} {
		if !strings.Contains(page, words) {
			t.Errorf("it lacks %q:\n%s", words, page)
		}
	}
	if strings.Contains(page, "Verify") {
		t.Errorf("it shows a step that has not begun:\n%s", page)
	}
}

// A build's output ends up in causes.
func TestMarkdownObeysNoCause(t *testing.T) {
	hostile := "</td>\x1b[2J\n\n```\n![x](https://example.com/x.png) <img src=x> @everyone " + strings.Repeat("long ", 100)
	page := markdown(t, &execution.Progress{Name: "r1", Status: "FAILED", Steps: []*execution.Step{
		{Name: "AwaitBuild", Phase: execution.Caught, Error: "BuildFailed", Cause: hostile},
	}}, hostile)
	table := page[strings.Index(page, "|---|"):]
	if strings.Count(table, "\n") != 2 || len(table) > 400 || strings.Contains(page, "\x1b") {
		t.Errorf("the cause breaks the page:\n%s", page)
	}
	for _, markup := range []string{"<", "[", "!", "@", "`"} {
		if strings.Count(table, markup) != strings.Count(table, `\`+markup) {
			t.Errorf("%s is not escaped in\n%s", markup, table)
		}
	}
	chart := strings.Index(page, "```mermaid")
	for line := range strings.Lines(page[strings.Index(page, "\n\n")+2 : chart]) {
		if !strings.HasPrefix(line, "    ") && line != "\n" {
			t.Errorf("%q is outside the code block", line)
		}
	}
}
