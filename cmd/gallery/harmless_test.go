package main

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestTerminalIsSentTextAlone(t *testing.T) {
	for given, want := range map[string]string{
		"a line\n\tand ü 漢 👩‍🚀\n":               "a line\n\tand ü 漢 👩‍🚀\n",
		"\x1b[31mred\x1b[0m \x1b[1mbold\x1b[m":  "\x1b[31mred\x1b[0m \x1b[1mbold\x1b[m",
		"\x1b[8mhidden\x1b[30;40mblack":         "[8mhidden[30;40mblack",
		"\x1b[2J\x1b[Hclear":                    "[2J[Hclear",
		"\x1b]0;title\a\x1b]52;c;cGFzdGU=\a":    "]0;title]52;c;cGFzdGU=",
		"said\rover\b\b\v\f\x00":                "saidover",
		"of one letter \u009b2J\u009d0;t\u009c": "of one letter 2J0;t",
		"of one byte \x9b2J":                    "of one byte \uFFFD2J",
		"\u202egpj.exe\u2066":                   "gpj.exe",
	} {
		if got := string(tamed([]byte(given))); got != want {
			t.Errorf("%q becomes %q, want %q", given, got, want)
		}
	}
}

func TestJSONIsHarmlessAndTheSameValue(t *testing.T) {
	const said = "\x1b[2J\u009b2J\u202e\x7f ü"
	content, err := json.Marshal(said)
	if err != nil {
		t.Fatal(err)
	}
	text := escaped(string(content))
	if strings.ContainsFunc(text, func(r rune) bool { return visible(r) < 0 }) {
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
