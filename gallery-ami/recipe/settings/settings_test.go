package settings_test

import (
	"maps"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"photogallery/gallery-ami/recipe/settings"
	"photogallery/internal/systemd"
)

const id = "0123456789abcdef0123456789abcdef"

// hostile are values that a shell, systemd or a line-wise reader would change.
var hostile = []string{
	"", " ", "a b", " first and last ", "\ttab\t", "two\nlines", "ends in a newline\n", "\n\n", "\r\n", `"quoted"`, "'single'", "`ls`",
	"$HOME ${HOME} $(ls)", `\`, `\\`, `a\`, "a\\\nb", `\n`, "#no comment", ";", "=", "A=b", "%d %%", "é 😀", "\x01\x1b[31m\x7f",
	"x\n# secret FORGED " + id + " 1\nPORT=1\n", "\"\nPORT=1\n\"",
}

func TestDocumentComesBackAsItWas(t *testing.T) {
	for _, value := range hostile {
		d := settings.Document{Values: map[string]string{"A": value, "Z_9": "last"}, Secrets: map[string]settings.Secret{"KEY": {ID: id, Size: 7}, "B": {ID: id, Size: 0}}}
		if err := d.Check(); err != nil {
			t.Errorf("%q: %v", value, err)
		}
		text := d.Encode()
		got, err := settings.Parse(text)
		if diff := cmp.Diff(d, got); err != nil || diff != "" {
			t.Errorf("%q: %v %s", value, err, diff)
		}
		if string(got.Encode()) != string(text) || settings.Digest(got.Encode()) != settings.Digest(text) {
			t.Errorf("%q has two texts", value)
		}
	}
}

func TestDocumentIsAnEnvironmentFile(t *testing.T) {
	d := settings.Document{Values: map[string]string{"B": "2 $x", "A": "1\n2"}, Secrets: map[string]settings.Secret{"S": {ID: id, Size: 3}}}
	want := "# photogallery settings 1\n# secret S " + id + " 3\nA=\"1\n2\"\nB=\"2 \\$x\"\n"
	if got := string(d.Encode()); got != want {
		t.Errorf("got %s", got)
	}
	got, ignored, err := systemd.ReadEnvironment(want)
	if diff := cmp.Diff([]string{"A=1\n2", "B=2 $x"}, got); err != nil || len(ignored) > 0 || diff != "" {
		t.Errorf("%v %v %s", err, ignored, diff)
	}
}

func TestOnlyTheHeaderNamesSecrets(t *testing.T) {
	forged := "# photogallery settings 1\nA=\"\n# secret B " + id + " 1\n\"\n# secret C " + id + " 1\n"
	got, err := settings.Parse([]byte(forged))
	if err != nil || len(got.Secrets) != 0 || got.Values["A"] != "\n# secret B "+id+" 1\n" {
		t.Errorf("%v, %+v", err, got)
	}
	for name, text := range map[string]string{
		"no title":       "A=\"1\"\n",
		"no ID":          "# photogallery settings 1\n# secret A 12 1\n",
		"a path":         "# photogallery settings 1\n# secret ../A " + id + " 1\n",
		"no size":        "# photogallery settings 1\n# secret A " + id + "\n",
		"not assignment": "# photogallery settings 1\n1A=\"x\"\n",
		"not text":       "# photogallery settings 1\nA=\"\xff\"\n",
	} {
		if got, err := settings.Parse([]byte(text)); err == nil {
			t.Errorf("%s: got %+v", name, got)
		}
	}
}

func TestEveryProblemIsNamedAtOnce(t *testing.T) {
	const private = "hunter2"
	d := settings.Document{
		Values: map[string]string{
			"PORT": "1", "1A": "x", "a-b": "x", "": "x", strings.Repeat("n", 129): "x", "NUL": private + "\x00", "BYTES": private + "\xff",
			"BOM": private + "\ufeff", "NONE": private + "\ufdd0", "LAST": private + "\U0010ffff", "BOTH": "x",
		},
		Secrets: map[string]settings.Secret{"BOTH": {ID: id, Size: settings.MaxBytes}, "CREDENTIALS_DIRECTORY": {ID: id}},
	}
	err := d.Check()
	if err == nil {
		t.Fatal("got no error")
	}
	for _, want := range []string{
		"PORT is set by", `"1A" cannot`, `"a-b" cannot`, `"" cannot`, "has 129 characters", "value of NUL has the character U+0000", "value of BYTES is not UTF-8",
		"value of BOM has the character U+FEFF", "U+FDD0", "U+10FFFF", "BOTH is a setting and a secret", "CREDENTIALS_DIRECTORY is set by", "bytes together", "base64",
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("it does not say %q: %v", want, err)
		}
	}
	if strings.Contains(err.Error(), private) {
		t.Errorf("it quotes a value: %v", err)
	}
	many := settings.Document{Values: map[string]string{}}
	for i := range settings.MaxNames + 1 {
		many.Values["N"+strings.Repeat("x", i%100)+string(rune('a'+i/100))] = ""
	}
	if err := many.Check(); err == nil || !strings.Contains(err.Error(), "201 settings") {
		t.Errorf("got %v", err)
	}
	many = settings.Document{Secrets: map[string]settings.Secret{}}
	for i := range settings.MaxSecrets + 1 {
		many.Secrets["N"+strings.Repeat("x", i)] = settings.Secret{}
	}
	if err := many.Check(); err == nil || !strings.Contains(err.Error(), "51 secrets, and 50") {
		t.Errorf("got %v", err)
	}
}

// What Check lets pass comes back from systemd's reading as it was.
func FuzzDocument(f *testing.F) {
	for _, value := range hostile {
		f.Add("NAME", value, "OTHER", "value")
	}
	f.Fuzz(func(t *testing.T, name, value, other, otherValue string) {
		d := settings.Document{Values: map[string]string{name: value, other: otherValue}, Secrets: map[string]settings.Secret{}}
		if d.Check() != nil {
			return
		}
		got, err := settings.Parse(d.Encode())
		if err != nil || !maps.Equal(d.Values, got.Values) || len(got.Secrets) > 0 {
			t.Errorf("%v: %q came back as %q", err, d.Values, got.Values)
		}
	})
}
