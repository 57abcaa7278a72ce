package main

import (
	"encoding/json"
	"strings"
	"testing"

	"photogallery/internal/terminal"
)

func TestJSONIsHarmlessAndTheSameValue(t *testing.T) {
	const said = "\x1b[2J\u009b2J\u202e\x7f ü"
	content, err := json.Marshal(said)
	if err != nil {
		t.Fatal(err)
	}
	text := escaped(string(content))
	if strings.ContainsFunc(text, func(r rune) bool { return !terminal.IsText(r) }) {
		t.Errorf("%q", text)
	}
	var read string
	if err := json.Unmarshal([]byte(text), &read); err != nil || read != said {
		t.Errorf("%q is read as %q: %v", text, read, err)
	}
}

func TestNameFromElsewhereCommandsNoTerminal(t *testing.T) {
	p := inTerminal(t, 100, 30, "", "status", "--data", t.TempDir()+"/\x1b]0;mine\a\x1b[2J")
	if status := p.ends(); status == 0 || strings.Contains(p.text(), "\x1b]") || strings.Contains(p.text(), "\x1b[2J") || !strings.Contains(p.text(), "]0;mine") {
		t.Errorf("%d %q", status, p.text())
	}
}
