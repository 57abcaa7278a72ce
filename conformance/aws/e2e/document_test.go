//go:build conformance

package e2e

import (
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"

	"photogallery/release"
)

var write = flag.Bool("write", false, "write what a run does and costs into docs/real-aws.md")

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestTheDocumentSaysWhatARunDoesAndCosts(t *testing.T) {
	const path, begin, end = "../../../docs/real-aws.md", "<!-- run -->\n", "<!-- /run -->"
	described, err := Describe(DefaultCap)
	if err != nil {
		t.Fatal(err)
	}
	document := read(t, path)
	before, rest, _ := strings.Cut(document, begin)
	_, after, _ := strings.Cut(rest, end)
	want := before + begin + "```\n" + described + "\n```\n" + end + after
	switch {
	case document == want:
	case *write:
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	default:
		t.Errorf("docs/real-aws.md is out of date: make documents writes\n%s", described)
	}
}

func TestThePriceIsOfTheFleetThatAReleaseMakes(t *testing.T) {
	request, err := release.ParseRequest([]byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	least, most, err := request.Sizes(release.Current{})
	if err != nil || least != leastFleet || most != mostFleet {
		t.Errorf("a release has %d to %d instances, %v, and %d to %d are reckoned with", least, most, err, leastFleet, mostFleet)
	}
}

// Every option of a deployment is set: cdk.json may say otherwise.
func TestADeploymentSetsEveryOption(t *testing.T) {
	set := strings.Join((&run{}).options(), " ")
	rows := regexp.MustCompile("(?m)^\\| `(\\w+)` \\|").FindAllStringSubmatch(read(t, "../../../docs/configuration.md"), -1)
	if len(rows) < 10 {
		t.Fatalf("docs/configuration.md has %d options", len(rows))
	}
	for _, row := range rows {
		if !strings.Contains(" "+set, " "+row[1]+"=") {
			t.Errorf("the option %s is not set", row[1])
		}
	}
}
