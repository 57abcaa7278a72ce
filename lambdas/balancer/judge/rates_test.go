package judge_test

import (
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var write = flag.Bool("write", false, "write the numbers of doc.go")

func TestGoodVersionsAreSeldomRejected(t *testing.T) {
	for _, r := range rates() {
		if worst := slices.Max(r.rejected); worst >= 0.5 {
			t.Errorf("%s: a version as good as the former one is rejected in %v %% of the runs", r, r.rejected)
		}
	}
	if rejected := slowByChance(); rejected >= 0.5 {
		t.Errorf("a version as fast as the former one is rejected in %.2f %% of the runs", rejected)
	}
}

func TestBadVersionsAreRejectedOnceTheyAreSeen(t *testing.T) {
	for _, r := range rates() {
		fails, tenth := r.passed[len(badErrors)-1], r.passed[len(badErrors)-2]
		if r.seen() >= 15 && fails > 10 || r.seen() >= 150 && tenth > 20 {
			t.Errorf("%s: a version that always fails passes in %.0f %% of the runs, one that fails in a tenth in %.0f %%", r, fails, tenth)
		}
	}
}

func TestDocumentHasTheRates(t *testing.T) {
	text, err := os.ReadFile("doc.go")
	if err != nil {
		t.Fatal(err)
	}
	lines, latency := regexp.MustCompile(`(?m)(^//\t.*\n)+`), regexp.MustCompile(`in \S+ % of its\n`)
	want := lines.ReplaceAllLiteralString(string(text), table(rates()))
	want = latency.ReplaceAllLiteralString(want, fmt.Sprintf("in %.2f %% of its\n", slowByChance()))
	if *write {
		if err := os.WriteFile("doc.go", []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	} else if want != string(text) {
		t.Errorf("the numbers of doc.go differ from the simulation's; `go test ./lambdas/balancer/judge -run Document -write` writes\n%s", want)
	}
}

func table(rows []row) string {
	var text strings.Builder
	text.WriteString("//	                        |      |  REJECTED, AS GOOD  |        PASSED, WITH ERRORS OF\n")
	text.WriteString("//	TRAFFIC   SHARE   HOLD  | SEEN | 0.1 %    1 %    5 % |  0 %  1 %  2 %  5 % 10 % 100 %\n")
	for _, r := range rows {
		fmt.Fprintf(&text, "//	%s |%6d|", r, r.seen())
		for _, rejected := range r.rejected {
			fmt.Fprintf(&text, " %5.2f ", rejected)
		}
		text.WriteString("|")
		for _, passed := range r.passed {
			fmt.Fprintf(&text, " %4.0f", passed)
		}
		text.WriteString("\n")
	}
	return text.String()
}
