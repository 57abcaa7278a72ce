package contract

import (
	"fmt"
	"strings"
	"testing"

	"photogallery/conformance/document"
)

func TestDocumentListsDifferencesOfMoto(t *testing.T) {
	var rows strings.Builder
	differ := 0
	for _, behavior := range Behaviors() {
		if behavior.Moto != "" {
			differ++
			fmt.Fprintf(&rows, "| [%s](%s) | %s |\n", behavior.Name, behavior.Docs, behavior.Moto)
		}
	}
	document.Block(t, "../README.md", "contract", fmt.Sprintf(
		"The contract has %d behaviors. moto has %d of them as AWS documents them, and %d otherwise:\n\n"+
			"| AWS documents, and the embedded cloud does | moto |\n|---|---|\n%s",
		len(Behaviors()), len(Behaviors())-differ, differ, rows.String()), nil)
}
