package terminal

import (
	"bytes"
	"io"
	"os"
	"regexp"
	"strings"

	"golang.org/x/term"
)

// harmless is a terminal that receives text, and only StyleFor's control sequences: logs, reasons
// of failures and names have other authors, and a terminal obeys what it receives.
type harmless struct{ file *os.File }

// Harmless makes a terminal harmless. Files and pipes receive the bytes unchanged.
func Harmless(w io.Writer) io.Writer {
	if file, isFile := w.(*os.File); isFile && term.IsTerminal(int(file.Fd())) {
		return harmless{file}
	}
	return w
}

// fileOf returns the file behind an output, or nil if there is none.
func fileOf(w io.Writer) *os.File {
	switch to := w.(type) {
	case harmless:
		return to.file
	case *Page:
		return to.file
	case *os.File:
		return to
	}
	return nil
}

// Write implements io.Writer.
func (h harmless) Write(text []byte) (int, error) {
	if _, err := h.file.Write(tamed(text)); err != nil {
		return 0, err
	}
	return len(text), nil
}

// toned matches a sequence of StyleFor: it colors, and hides nothing.
var toned = regexp.MustCompile("\x1b\\[(?:0|1|2|31|32|36)?m")

// tamed returns text without what a terminal obeys. It drops an incomplete character at the end.
func tamed(text []byte) []byte {
	var shown bytes.Buffer
	from := 0
	for _, at := range toned.FindAllIndex(text, -1) {
		shown.WriteString(strings.Map(visible, string(text[from:at[0]])))
		shown.Write(text[at[0]:at[1]])
		from = at[1]
	}
	shown.WriteString(strings.Map(visible, string(text[from:])))
	return shown.Bytes()
}

// IsText reports whether a terminal displays a character, or ends a line or moves to a table's
// column with it.
func IsText(letter rune) bool {
	return letter == '\n' || letter == '\t' || isVisible(letter)
}

// visible returns -1 for a character that is not text.
func visible(letter rune) rune {
	if IsText(letter) {
		return letter
	}
	return -1
}
