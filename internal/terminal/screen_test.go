package terminal

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"
)

func TestScreenRedrawsInPlace(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "screen"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if on := ScreenOn(file); on != nil {
		t.Fatal("a file is taken for a terminal")
	}
	s := Screen{to: file}
	s.Draw([]string{"one", "two", "three"})
	s.Draw([]string{"four"})
	s.Close()
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

func TestColorsAreForTerminalsOnly(t *testing.T) {
	file, err := os.Create(filepath.Join(t.TempDir(), "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	if got := StyleFor(file).Good.Of("good"); got != "good" {
		t.Errorf("into a file it is %q", got)
	}
	t.Setenv("CLICOLOR_FORCE", "1")
	if got := StyleFor(file).Good.Of("good"); got == "good" {
		t.Error("a person who forces colors gets none")
	}
	t.Setenv("NO_COLOR", "1")
	if got := StyleFor(file).Good.Of("good"); got != "good" {
		t.Errorf("with NO_COLOR it is %q", got)
	}
}

// paper is a terminal that breaks the lines it has anew when it is resized, as most do.
type paper struct {
	*testing.T
	lines []string
	at    int // the line that the cursor stands at the beginning of
	width int
}

// up goes so many rows up; that the cursor then stands inside a broken line is an error.
func (p *paper) up(rows int) {
	for p.at > 0 && rows > 0 {
		p.at--
		rows -= max(1, (ansi.StringWidth(p.lines[p.at])+p.width-1)/p.width)
	}
	if rows < 0 {
		p.Fatalf("the cursor stands inside of %q", p.lines[p.at])
	}
}

func (p *paper) take(text string) {
	var state byte
	for len(text) > 0 {
		sequence, _, n, next := ansi.DecodeSequence(text, state, nil)
		switch {
		case sequence == "\n":
			if p.at++; p.at == len(p.lines) {
				p.lines = append(p.lines, "")
			}
		case sequence == ansi.EraseLineRight:
			p.lines[p.at] = ""
		case sequence == ansi.EraseScreenBelow:
			p.lines = append(slices.Clone(p.lines[:p.at]), "")
		case strings.HasSuffix(sequence, "F"):
			rows, err := strconv.Atoi(strings.Trim(sequence, "\x1b[F"))
			if err != nil {
				p.Fatal(err)
			}
			p.up(rows)
		case sequence[0] != '\x1b':
			p.lines[p.at] += sequence
		}
		text, state = text[n:], next
	}
}

// The cursor is where the picture begins, whatever has become of the lines, and what stood above
// stays.
func TestResizedScreenIsRedrawn(t *testing.T) {
	p := &paper{T: t, lines: []string{"$ gallery release", ""}, at: 1, width: 80}
	s := Screen{}
	for i, width := range []int{80, 80, 33, 120, 17, 40} {
		p.width = width
		lines := []string{strings.Repeat("a", width), strings.Repeat("漢字", width/4), "", strconv.Itoa(i)}
		p.take(s.frame(lines, width))
		if want := append(append([]string{"$ gallery release"}, lines...), ""); !slices.Equal(p.lines, want) {
			t.Fatalf("in %d columns there is %q, want %q", width, p.lines, want)
		}
	}
}

func TestUnchangedLinesAreNotRewritten(t *testing.T) {
	s := Screen{}
	s.frame([]string{"one", "two"}, 80)
	if again := s.frame([]string{"one", "three"}, 80); strings.Contains(again, "one") || !strings.Contains(again, "three") {
		t.Errorf("it writes %q", again)
	}
}
