package contract

import (
	"fmt"
	"strings"
	"testing"

	"photogallery/conformance/document"
)

func TestDocumentListsDifferencesOfEmulators(t *testing.T) {
	var rows strings.Builder
	moto := 0
	for _, behavior := range Behaviors() {
		theirs := miniStack[behavior.Name]
		if behavior.Moto != "" {
			moto++
		}
		if behavior.Moto != "" || theirs != "" {
			fmt.Fprintf(&rows, "| [%s](%s) | %s | %s |\n", behavior.Name, behavior.Docs, behavior.Moto, theirs)
		}
	}
	document.Block(t, "../README.md", "contract", fmt.Sprintf(
		"The contract has %d behaviors. moto has %d of them otherwise than AWS documents them, and MiniStack %d; an empty cell is as AWS documents:\n\n"+
			"| AWS documents, and the embedded cloud does | moto | MiniStack |\n|---|---|---|\n%s",
		len(Behaviors()), moto, len(miniStack), rows.String()), nil)
}

func TestDifferencesOfMiniStackAreOfTheContract(t *testing.T) {
	known := map[string]bool{}
	for _, behavior := range Behaviors() {
		known[behavior.Name] = true
	}
	for name := range miniStack {
		if !known[name] {
			t.Errorf("%q is not in the contract", name)
		}
	}
}
