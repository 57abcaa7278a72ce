package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"photogallery/conformance/moto"
)

// The blocks of the document that the code writes, in their order.
const (
	storyBlock    = "story"
	contractBlock = "contract"
	languageBlock = "language"
	gapsBlock     = "gaps"
	mendsBlock    = "mends"
)

var blockNames = []string{storyBlock, contractBlock, languageBlock, gapsBlock, mendsBlock}

// headings are for the report on the terminal; the document has its own.
var headings = map[string]string{
	contractBlock: "Where moto does otherwise than AWS documents, and the embedded cloud does not",
	languageBlock: "Where the interpreters have differed",
	gapsBlock:     "What moto cannot do, and where that is covered",
	mendsBlock:    "What the launcher mends in moto",
}

// blocks are the texts of all of them, in Markdown.
func blocks() (map[string]string, error) {
	root, err := moto.Root()
	if err != nil {
		return nil, err
	}
	parts, err := storyParts(root)
	if err != nil {
		return nil, err
	}
	mends, err := mends(root)
	if err != nil {
		return nil, err
	}
	return map[string]string{
		storyBlock: list(parts), contractBlock: differences(), languageBlock: verdicts(), gapsBlock: gapTable(), mendsBlock: mendTable(mends),
	}, nil
}

func list(lines []string) string {
	var text strings.Builder
	for i, line := range lines {
		fmt.Fprintf(&text, "%d. %s\n", i+1, line)
	}
	return text.String()
}

// writeDocument puts the blocks into docs/conformance.md, between the marks there.
func writeDocument() error {
	text, err := blocks()
	if err != nil {
		return err
	}
	root, err := moto.Root()
	if err != nil {
		return err
	}
	path := filepath.Join(root, "docs", "conformance.md")
	document, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for _, name := range blockNames {
		before, _, after, err := cut(string(document), name)
		if err != nil {
			return err
		}
		document = []byte(before + text[name] + after)
	}
	return os.WriteFile(path, document, 0o644) //nolint:gosec // a document
}

// cut splits a document at a block: what stands before it, with its first mark, the block, and the rest.
func cut(document, name string) (before, block, after string, err error) {
	begin, end := "<!-- "+name+" -->\n", "<!-- /"+name+" -->"
	before, rest, opened := strings.Cut(document, begin)
	block, after, closed := strings.Cut(rest, end)
	if !opened || !closed {
		return "", "", "", fmt.Errorf("docs/conformance.md has no block %q", name)
	}
	return before + begin, block, end + after, nil
}
