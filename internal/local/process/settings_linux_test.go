package process

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"photogallery/gallery-ami/recipe/settings"
)

// hostileSettings are values that a shell, systemd or a line-wise reader would change. The corpus has
// their document, so that systemd itself reads it.
var hostileSettings = settings.Document{
	Values: map[string]string{
		"EMPTY": "", "SPACES": "  a  b  ", "LINES": "one\n\ntwo\n", "RETURNS": "a\r\nb\r", "QUOTES": `"a" 'b' ` + "`c`", "DOLLARS": "$HOME ${HOME} $(ls) $$",
		"BACKSLASHES": `\ \\ \n \"`, "AT_END": `a\`, "CONTINUED": "a\\\nb", "COMMENT": "#a ;b", "PERCENT": "%d %%", "LETTERS": "é 😀", "CONTROLS": "\x01\x1b[31m\x7f\t",
		"FORGED": "\n# secret X 0123456789abcdef0123456789abcdef 1\nEVIL=1\n\"\nEVIL=\"2\"",
	},
	Secrets: map[string]settings.Secret{"KEY": {ID: "0123456789abcdef0123456789abcdef", Size: 7}},
}

var writeCorpus = flag.Bool("write", false, "write the document of the corpus anew")

func TestDocumentOfTheCorpusIsAsItIsMade(t *testing.T) {
	path := filepath.Join(corpus, "document.env")
	if *writeCorpus {
		if err := os.WriteFile(path, hostileSettings.Encode(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil || string(text) != string(hostileSettings.Encode()) {
		t.Errorf("%v: run `go test ./internal/local/process -run Corpus -write`", err)
	}
	read, err := settings.Parse(text)
	if diff := cmp.Diff(hostileSettings, read); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
}
