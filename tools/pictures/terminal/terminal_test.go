package main

import (
	"encoding/xml"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func framesOf(t *testing.T, captured map[string]string) ([]frame, error) {
	t.Helper()
	folder := t.TempDir()
	for name, content := range captured {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return read(folder)
}

func TestPictureShowsEachContentForItsTime(t *testing.T) {
	frames, err := framesOf(t, map[string]string{
		"000100": "\n", "000200": "$ up\n\x1b[36m⠼\x1b[39m Plan  \x1b[2m<0.1>\x1b[0m\n", "000500": "$ up\n\x1b[32m✓\x1b[39m Plan  \x1b[2m<0.3>\n",
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := text(frames[1]); got != "$ up\n✓ Plan  <0.3>\n" {
		t.Errorf("the text is %q", got)
	}
	drawn := picture("A run", frames)
	for _, want := range []string{
		`class="until" style="animation-duration:300ms"`, `class="since" style="animation-duration:300ms"`, `class="green">✓`, `class="quiet">&lt;0.3&gt;`,
	} {
		if strings.Count(drawn, want) != 1 {
			t.Errorf("%q is there %d times in\n%s", want, strings.Count(drawn, want), drawn)
		}
	}
	if strings.Count(drawn, "$ up") != 1 {
		t.Error("what stays is drawn more than once")
	}
	wellFormed(t, drawn)
}

func wellFormed(t *testing.T, drawn string) {
	t.Helper()
	for reader := xml.NewDecoder(strings.NewReader(drawn)); ; {
		if _, err := reader.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

func TestUndrawableInputIsRefused(t *testing.T) {
	for name, captured := range map[string]map[string]string{
		"a color that the picture has not": {"1": "\x1b[35mviolet"}, "no time": {"first": "$"}, "nothing": {"1": "\n"},
	} {
		if _, err := framesOf(t, captured); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
}
