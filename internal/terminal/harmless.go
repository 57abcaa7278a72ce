package terminal

import (
	"bytes"
	"io"
	"os"
	"regexp"
	"strings"

	"golang.org/x/term"
)

// harmless is a terminal that is sent text, and of control sequences only those of StyleFor: logs, reasons of
// failures and names come from elsewhere, and a terminal obeys what it is sent.
type harmless struct{ file *os.File }

// Harmless makes a terminal harmless. Files and pipes are given the bytes as they are.
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
	case *os.File:
		return to
	}
	return nil
}

// Write satisfies io.Writer.
func (h harmless) Write(text []byte) (int, error) {
	if _, err := h.file.Write(tamed(text)); err != nil {
		return 0, err
	}
	return len(text), nil
}

// toned is a sequence that StyleFor makes: it colors, and hides nothing.
var toned = regexp.MustCompile("\x1b\\[(?:0|1|2|31|32|36)?m")

// tamed is text without what a terminal obeys. One that is cut off within a letter of several bytes loses it.
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

// IsText reports whether a terminal shows a letter, or ends a line or moves to a column of a table with it.
func IsText(letter rune) bool {
	return letter == '\n' || letter == '\t' || isVisible(letter)
}

// visible is -1 for what is not text.
func visible(letter rune) rune {
	if IsText(letter) {
		return letter
	}
	return -1
}
