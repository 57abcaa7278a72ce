package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestAScreenDrawsOverWhatItDrew(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "screen"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if on := screenOn(file); on != nil {
		t.Fatal("a file is taken for a terminal")
	}
	s := screen{to: file}
	s.draw([]string{"one", "two", "three"})
	s.draw([]string{"four"})
	s.close()
	written, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	first, second, again := strings.Cut(string(written), ansi.CursorPreviousLine(3))
	if !again || ansi.Strip(first) != "one\ntwo\nthree\n" || ansi.Strip(second) != "four\n" {
		t.Errorf("it wrote %q", written)
	}
	if !strings.Contains(second, ansi.EraseScreenBelow) || !strings.HasSuffix(second, ansi.ShowCursor) {
		t.Errorf("what was below is left, or the cursor is hidden: %q", second)
	}
}

func TestThereAreColoursOnATerminalAlone(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got := styleFor(file).Good.Of("good"); got != "good" {
		t.Errorf("into a file it is %q", got)
	}
	t.Setenv("CLICOLOR_FORCE", "1")
	if got := styleFor(file).Good.Of("good"); got == "good" {
		t.Error("a person who forces colours gets none")
	}
	t.Setenv("NO_COLOR", "1")
	if got := styleFor(file).Good.Of("good"); got != "good" {
		t.Errorf("with NO_COLOR it is %q", got)
	}
}
