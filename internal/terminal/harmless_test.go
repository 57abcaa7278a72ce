package terminal

import "testing"

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
