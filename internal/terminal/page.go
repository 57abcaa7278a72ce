package terminal

import (
	"bytes"
	"io"
	"os"
	"strings"

	"github.com/charmbracelet/x/ansi"
)

// A Page takes what is written for a terminal, so that a Screen can draw it. It has the terminal's
// width and colors.
type Page struct {
	text bytes.Buffer
	file *os.File
}

// PageFor returns an empty page for a terminal.
func PageFor(w io.Writer) *Page { return &Page{file: fileOf(w)} }

// Write implements io.Writer.
func (p *Page) Write(text []byte) (int, error) {
	p.text.Write(tamed(text))
	return len(text), nil
}

// Lines returns the lines, cut to the width, and at most as many as the height; what is more is
// counted in the last one.
func (p *Page) Lines(width, height int) []string {
	lines := strings.Split(strings.TrimRight(p.text.String(), "\n"), "\n")
	if height = max(height, 1); len(lines) > height {
		lines = append(lines[:height-1], "…")
	}
	for i, line := range lines {
		lines[i] = ansi.Truncate(line, width, "…")
	}
	return lines
}
