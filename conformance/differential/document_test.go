package differential

import (
	"fmt"
	"strings"
	"testing"

	"photogallery/conformance/document"
)

func TestDocumentListsDifferencesOfInterpreters(t *testing.T) {
	var text strings.Builder
	text.WriteString("| the specification says, or AWS recorded | moto |\n|---|---|\n")
	for _, known := range Corpus() {
		moto := known.Moto
		if moto == "" {
			moto = "does so too, as far as the launcher mends it"
		}
		fmt.Fprintf(&text, "| [%s](%s) | %s |\n", known.Name, known.Docs, moto)
	}
	document.Block(t, "../README.md", "language", text.String(), nil)
}
