package grade

import (
	"regexp"
	"strings"
	"testing"
)

func TestHTMLIsOneFileWithoutScriptOrNetwork(t *testing.T) {
	s := whole()
	s.Images[0].Name = text(`<script>alert("x")</script>`)
	s.Groups[0].MaxSize = number(4)
	s.refuse(describeActivities)
	var out strings.Builder
	if err := Grade(s, DefaultPoints()).HTML(&out); err != nil {
		t.Fatal(err)
	}
	page := out.String()
	if found := regexp.MustCompile(`(?i)<script|<link|<img|src=|href=|url\(|@import`).FindString(page); found != "" {
		t.Errorf("the page has %s", found)
	}
	for _, want := range []string{
		"93.5 of 100 points", "123456789012, us-east-1", "&lt;script&gt;", "VPC vpc-1, load balancer front, Auto Scaling group many", `data-verdict="partly">◐ partly`,
		"3.5 of 7", `<p class="next">Set its minimum to 2 and its maximum to 5.</p>`, `data-verdict="unknown"`, "prefers-color-scheme: dark", "@media print",
	} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
	if strings.Count(page, `<tr><th scope="row">`) != len(rows) {
		t.Error("the page does not have a line for each row")
	}
}
