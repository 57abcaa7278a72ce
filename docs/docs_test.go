// Package docs_test holds the documents against what they speak of.
package docs_test

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"photogallery/statemachine"
)

func TestEveryLinkLeadsToAFile(t *testing.T) {
	documents, err := filepath.Glob("*.md")
	if err != nil {
		t.Fatal(err)
	}
	proofs, err := filepath.Glob("../conformance/*.md")
	if err != nil {
		t.Fatal(err)
	}
	documents = append(documents, proofs...)
	link := regexp.MustCompile(`\]\(([^)#]+)[^)]*\)`)
	for _, document := range append(documents, "../README.md", "../CONTRIBUTING.md") {
		for _, found := range link.FindAllStringSubmatch(read(t, document), -1) {
			if strings.Contains(found[1], "://") {
				continue
			}
			if _, err := os.Stat(filepath.Join(filepath.Dir(document), found[1])); err != nil {
				t.Errorf("%s: %v", document, err)
			}
		}
	}
}

// The lesson's second column names states.
func TestLessonNamesStatesThatExist(t *testing.T) {
	row := regexp.MustCompile("(?m)^\\| [^|]+ \\| (`[^|]+`) \\|")
	rows := row.FindAllStringSubmatch(read(t, "lesson.md"), -1)
	if len(rows) == 0 {
		t.Fatal("the document has changed its form")
	}
	for _, found := range rows {
		for state := range strings.SplitSeq(found[1], ", ") {
			if !strings.Contains(string(statemachine.Release), `"`+strings.Trim(state, "`")+`": {`) {
				t.Errorf("there is no state %s", state)
			}
		}
	}
}

// The assumptions name states and codes, so that one finds them.
func TestBeliefsNameStatesAndCodesThatExist(t *testing.T) {
	known := string(statemachine.Release) + string(statemachine.Teardown) + read(t, "../release/error.go")
	others := "OperationNotPermitted PendingVerification RunInstances CreateTags PassRole Origin FrontDoor FrontDoorUrl"
	rows := 0
	for row := range strings.Lines(read(t, "beliefs.md")) {
		if regexp.MustCompile(`^\| \d`).MatchString(row) {
			rows++
			if !strings.HasPrefix(row, fmt.Sprintf("| %d |", rows)) {
				t.Errorf("row %d has another number: %s", rows, row)
			}
		}
		for _, found := range regexp.MustCompile("`([A-Z][A-Za-z]+)`").FindAllStringSubmatch(row, -1) {
			if !strings.Contains(known, `"`+found[1]+`"`) && !strings.Contains(others, found[1]) {
				t.Errorf("there is no %s: %s", found[1], row)
			}
		}
	}
	if rows == 0 {
		t.Error("the document has changed its form")
	}
}

// Together with the README's table, the page on the state machines says what every step does.
func TestDocumentsNameEveryStep(t *testing.T) {
	documents := read(t, "state-machines.md") + read(t, "../README.md")
	step := regexp.MustCompile(`"(\w+)": \{\s*"Type": "Task"`)
	for _, machine := range [][]byte{statemachine.Release, statemachine.Teardown} {
		for _, found := range step.FindAllSubmatch(machine, -1) {
			if !regexp.MustCompile(`\b` + string(found[1]) + `\b`).MatchString(documents) {
				t.Errorf("no document says what %s does", found[1])
			}
		}
	}
}

// The bundle that is shown is one that is tried.
func TestBundleThatIsShownIsAStarter(t *testing.T) {
	page := read(t, "bundle.md")
	for _, file := range []string{"static/install.sh", "static/run.sh", "common/app.service"} {
		name := filepath.Base(file)
		if !strings.Contains(page, "`"+name+"`:\n\n```\n"+read(t, "../internal/starter/"+file)+"```\n") {
			t.Errorf("bundle.md has another %s than internal/starter", name)
		}
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}
