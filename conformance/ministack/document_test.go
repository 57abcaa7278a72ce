package ministack

import (
	"fmt"
	"strings"
	"testing"

	"photogallery/conformance/document"
)

func TestDocumentListsGaps(t *testing.T) {
	var text strings.Builder
	text.WriteString("| operation | MiniStack | the front |\n|---|---|---|\n")
	for _, gap := range gaps() {
		fmt.Fprintf(&text, "| %s | %s | %s |\n", gap.operation, gap.without, gap.instead)
	}
	document.Block(t, "../README.md", "ministack gaps", text.String(), nil)
}
