//go:build conformance

package e2e

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"photogallery/conformance/document"
	"photogallery/release"
)

func read(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestDocumentSaysWhatARunDoesAndCosts(t *testing.T) {
	for _, story := range Stories() {
		described, err := story.Describe(DefaultCap)
		if err != nil {
			t.Fatal(err)
		}
		document.Block(t, "../../../docs/real-aws.md", "run-"+story.Size, "```\n"+described+"\n```\n", nil)
	}
}

func TestPriceMatchesTheFleetOfARelease(t *testing.T) {
	request, err := release.ParseRequest([]byte(`{}`))
	if err != nil {
		t.Fatal(err)
	}
	least, most, err := request.UsualBounds(release.Current{})
	if err != nil || least != minFleet || most != maxFleet {
		t.Errorf("a release has %d to %d instances, %v, and %d to %d are reckoned with", least, most, err, minFleet, maxFleet)
	}
}

// Every option of a deployment is set: cdk.json may say otherwise.
func TestDeploymentSetsEveryOption(t *testing.T) {
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
