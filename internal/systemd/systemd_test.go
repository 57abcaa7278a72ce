package systemd_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"photogallery/internal/systemd"
)

// The right values are systemd 252's; internal/local/process asks systemd itself where it is installed.
func TestReadUnitJoinsLinesAndLeavesOutComments(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"white space":             {"  [S]\n A  =  b c \t\n", "[S] A=b c"},
		"an equals sign":          {"[S]\nA=b=c\nB==", "[S] A=b=c|[S] B=="},
		"comments":                {"# a\n;b\n[S]\n  # c\nA=b # c ; d\n", "[S] A=b # c ; d"},
		"a continuation":          {"[S]\nA=b \\\n  c\\\nd\nB=e", "[S] A=b    c d|[S] B=e"},
		"a comment in between":    {"[S]\nA=b \\\n# c \\\n ; d\ne\n", "[S] A=b  e"},
		"an empty line ends it":   {"[S]\nA=b \\\n\nB=c\n", "[S] A=b|[S] B=c"},
		"the end of the file":     {"[S]\nA=b \\", "[S] A=b"},
		"two backslashes":         {"[S]\nA=b\\\\\nB=c\\\\\\\n d\n", "[S] A=b\\\\|[S] B=c\\\\  d"},
		"a backslash and a space": {"[S]\nA=b \\ \nB=c\n", "[S] A=b \\|[S] B=c"},
		"line ends of Windows":    {"\ufeff[S]\r\nA=b \\\r\n c\r\n", "[S] A=b   c"},
		"others' extensions":      {"[S]\nX-A=b\n[X-S]\nA=b\n[T]\nA=\n", "[T] A="},
		"a long line":             {"[S]\nA=" + strings.Repeat("b", 1<<20-3), "[S] A=" + strings.Repeat("b", 1<<20-3)},
	} {
		options, problems := systemd.ReadUnit(test.text)
		var got []string
		for _, option := range options {
			got = append(got, option.String())
		}
		if diff := cmp.Diff(test.want, strings.Join(got, "|")); diff != "" || len(problems) > 0 {
			t.Errorf("%s: %s %v", name, diff, problems)
		}
	}
}

func TestReadUnitNamesEachLineThatSystemdWouldIgnore(t *testing.T) {
	_, problems := systemd.ReadUnit("A=b\n[S]\nnothing\n=c\n[T] # d\nB=\xff\nC=\x00\n")
	want := []string{
		`line 1 "A=b" is in no section`, `line 3 "nothing" is not Name=value`, `line 4 "=c" is not Name=value`,
		`line 5 "[T] # d" is not a section: end it with a bracket, and give a comment a line of its own`,
		"line 6 is not text: save the file as UTF-8", "line 7 is not text: save the file as UTF-8",
	}
	if diff := cmp.Diff(want, problems); diff != "" {
		t.Error(diff)
	}
	for name, text := range map[string]string{
		"a line":       "[S]\nA=" + strings.Repeat("b", 1<<20),
		"a comment":    "# " + strings.Repeat("b", 1<<20) + "\n[S]\nA=b",
		"no more":      "#" + strings.Repeat("b", 1<<20-1) + "\n[S]\nA=b",
		"continuation": "[S]\nA=" + strings.Repeat(strings.Repeat("b", 1<<10)+"\\\n", 1<<10) + "c",
	} {
		if _, problems := systemd.ReadUnit(text); len(problems) != 1 || !strings.Contains(problems[0], "too long: systemd reads less than 1048576 bytes") {
			t.Errorf("%s: %v", name, problems)
		}
	}
}

func TestExtensionIsTheSectionThatSystemdSkips(t *testing.T) {
	const unit = "[X-App]\nA = 1\n[Service]\nA=2\n[X-Other]\nA=3\n[X-App]\nX-B=\\\n 4\n"
	want := []systemd.Option{{Section: "X-App", Name: "A", Value: "1"}, {Section: "X-App", Name: "X-B", Value: "4"}}
	if got := systemd.ReadExtension(unit, "X-App"); !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
	if got, problems := systemd.ReadUnit(unit); len(got) != 1 || got[0].Value != "2" || problems != nil {
		t.Errorf("the unit has %v, %v", got, problems)
	}
}

func TestCommandIsSplitAsSystemdDoes(t *testing.T) {
	for value, want := range map[string]string{
		`/x a&b <c (d) 'e;f' ` + "`g`":  "/x|a&b|<c|(d)|e;f|`g`",
		`/x  "a b"c 'd "e' "" x"y z"w`:  `/x|a bc|d "e||xy zw`,
		`/x a\x20b \s c\td \u00e9 \101`: "/x|a b| |c\td|é|A",
		`/x "\"" '\'' \U0001F600 \\`:    `/x|"|'|😀|\`,
		`/x \. '\d' \x4 \u00 \x00 \400`: `/x|\.|\d|\x4|\u00|\x00|\400`,
		`/x a\`:                         `/x|a\`,
		`/x \; ";" a;b`:                 "/x|;|;|a;b",
		`/x ${A} $B $$ %% 50%%`:         "/x|${A}|$B|$$|%|50%",
		"\"/x y\"\ta":                   "/x y|a",
	} {
		words, err := systemd.Command(value)
		if got := strings.Join(words, "|"); err != nil || got != want {
			t.Errorf("%s: got %q, want %q: %v", value, got, want, err)
		}
	}
	for value, want := range map[string]string{
		"x": "absolute path", "/x/": "absolute path", `""`: "absolute path", "-/x": "the prefix - is not honored", "@/x y": "the prefix @",
		"/x ; /y": "give one command", "/x ;": "give one command", `/x "a`: "a quote \" is not closed", `/x 'a\`: "ends with a backslash",
		"/x %n": "a specifier", `/x \x25h`: "a specifier", "/x 5%": "a specifier", "/$X/y": `does not take "$" in the path`, `/x\ty`: `does not take "\t"`,
	} {
		if _, err := systemd.Command(value); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", value, err, want)
		}
	}
}

func TestAssignmentsAreWordsWithKnownEscapes(t *testing.T) {
	got, err := systemd.Assignments(`A=1 "B=2 3" C=\x41\s 'D="' E= F="g h"i`)
	want := []string{"A=1", "B=2 3", "C=A ", `D="`, "E=", "F=g hi"}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Error(diff, err)
	}
	for value, want := range map[string]string{
		"nothing": `"nothing" is not NAME=value`, "1A=b": "not a variable's name", "A.B=c": "not a variable's name", "=a": "not a variable's name",
		`A=\d`: `the escape \d is unknown`, `A="b`: "not closed", `A=\`: "ends with a backslash", "A=%h": "a specifier", `A=\xff`: "not UTF-8",
	} {
		if _, err := systemd.Assignments(value); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %q", value, err, want)
		}
	}
}

func TestExpandPutsInVariables(t *testing.T) {
	environment := []string{"A=old", `LIST=a  'b c' d\ e "f`, "EMPTY=", "A=x y", "SLASH=/"}
	for word, want := range map[string]string{
		"$A": "x|y", "${A}": "x y", "-${A}-${A}": "-x y-x y", "$LIST": "a|b c|d e|f", "$EMPTY": "", "a${EMPTY}b": "ab", "$NONE": "", "${NONE}": "",
		"$$": "$", "$$A": "$A", "$$$$": "$$", "a$A": "a$A", "a$$b": "a$b", "$A/b": "", "${A:-b}": "${A:-b}", "${A": "${A", "$": "", "$1": "", "a${A-b}c": "ac",
	} {
		if got := strings.Join(systemd.Expand([]string{word}, environment), "|"); got != want {
			t.Errorf("%s: got %q, want %q", word, got, want)
		}
	}
	if got := systemd.Expand([]string{"$NONE", "${NONE}", "$EMPTY"}, environment); len(got) != 1 {
		t.Errorf("a word that is nothing but an unset variable goes away, and ${} does not: %q", got)
	}
}

func TestTimeReadsSpans(t *testing.T) {
	for value, want := range map[string]time.Duration{
		"0": 0, "90": 90 * time.Second, "1.5": 1500 * time.Millisecond, ".5": time.Second / 2, "5min": 5 * time.Minute, "1min 30s": 90 * time.Second,
		"1min30s": 90 * time.Second, "5 10": 15 * time.Second, "5 min": 5 * time.Minute, "1M": 2629800 * time.Second, "1m": time.Minute, "20ms": 20 * time.Millisecond,
		"2h 0.5m": 2*time.Hour + 30*time.Second, "infinity": systemd.Forever, "1w 1d": 8 * 24 * time.Hour, "0.0000019": time.Microsecond, "+5": 5 * time.Second,
		"400y": systemd.Forever, "200y 200y": systemd.Forever,
	} {
		if got, err := systemd.Time(value); err != nil || got != want {
			t.Errorf("%q: got %v, want %v: %v", value, got, want, err)
		}
	}
	for _, value := range []string{"", "-1", "1e3", "5.", "soon", "1mo", "infinity 1s", "1h,2m", "12.34.56", "0x10", "99999999999999999999"} {
		if got, err := systemd.Time(value); err == nil || !strings.Contains(err.Error(), "is not a time") {
			t.Errorf("%q: got %v, %v", value, got, err)
		}
	}
}

func TestReadEnvironmentReadsAsSystemdDoes(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"comments":             {"# a\n;A=1\n ; B=1\nC=1 # d\n", "C=1 # d"},
		"a comment goes on":    {"# a \\\nA=1\nB=2", "B=2"},
		"white space":          {"  A = b  c \nD=\nE=\"  f  \"\nG=\\ h\\ \n", "A=b  c|D=|E=  f  |G= h "},
		"double quotes":        {`A="a\"\\\$\` + "`" + `\n"`, "A=a\"\\$`\\n"},
		"single quotes":        {`A='a\"b' 'c'` + "\n", `A=a\"bc`},
		"quotes in between":    {"A=a\"b\"\nB=it's\nC=\"d\"e'f'\n", "A=a\"b\"|B=it's|C=de'f'"},
		"several lines":        {"A=\"b\nc\"\nB='d\n#e'\nC=f\\\n  g\n", "A=b\nc|B=d\n#e|C=f  g"},
		"a quote not closed":   {"A=\"b\nC=d\n", "A=b\nC=d\n"},
		"escapes":              {`A=\x41\n\"`, `A=x41n"`},
		"nothing is assigned":  {"A\nB=1\nC", "B=1"},
		"line ends of Windows": {"A=1\r\nB=\"2\"\r\n", "A=1|B=2"},
		"twice":                {"A=1\nA=2\n", "A=1|A=2"},
	} {
		got, ignored, err := systemd.ReadEnvironment(test.text)
		if diff := cmp.Diff(test.want, strings.Join(got, "|")); diff != "" || err != nil || len(ignored) > 0 {
			t.Errorf("%s: %s %v %v", name, diff, ignored, err)
		}
	}
	got, ignored, err := systemd.ReadEnvironment("export A=1\nB=2\n1C=3\n")
	if strings.Join(got, "|") != "B=2" || len(ignored) != 2 || !strings.Contains(ignored[0], `"export A" is not a variable's name`) || err != nil {
		t.Errorf("got %q, ignored %q: %v", got, ignored, err)
	}
	for _, text := range []string{"A=\xff\n", "A=b\x00\n"} {
		if got, _, err := systemd.ReadEnvironment(text); err == nil {
			t.Errorf("%q: got %q", text, got)
		}
	}
}

func FuzzQuote(f *testing.F) {
	f.Add(`odd "$name\` + "`\n'")
	f.Add("# \\\n ")
	f.Fuzz(func(t *testing.T, value string) {
		got, ignored, err := systemd.ReadEnvironment("A=" + systemd.Quote(value) + "\nB=1\n")
		switch unreadable := strings.ToValidUTF8(value, "") != value || strings.Contains(value, "\x00"); {
		case unreadable != (err != nil):
			t.Errorf("%q: %v", value, err)
		case err == nil && (len(got) != 2 || got[0] != "A="+value || len(ignored) > 0):
			t.Errorf("%q came back as %q, ignored %q", value, got, ignored)
		}
	})
}
