package main

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDotenvIsReadAsItIsMeant(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want map[string]string
	}{
		"nothing":                {"", map[string]string{}},
		"comments":               {"# one\n\n  # two\nA=1 # three\nB=2#3\nC=#four\nD='5' # six\n", map[string]string{"A": "1", "B": "2#3", "C": "", "D": "5"}},
		"an export":              {"export A=1\n\texport\tB = 2 \n", map[string]string{"A": "1", "B": "2"}},
		"no value":               {"A=\nB=\"\"\nC=''", map[string]string{"A": "", "B": "", "C": ""}},
		"single quotes":          {`A='$x \n "y" # z'`, map[string]string{"A": `$x \n "y" # z`}},
		"double quotes":          {`A="a\n\t\r\"\\\$\` + "`" + `b 'c' # d"`, map[string]string{"A": "a\n\t\r\"\\$`b 'c' # d"}},
		"several lines":          {"A=\"one\ntwo\n\"\nB='three\n# four'\nC=5", map[string]string{"A": "one\ntwo\n", "B": "three\n# four", "C": "5"}},
		"lines of Windows":       {"\ufeffA=1\r\nB=\"2\"\r\n", map[string]string{"A": "1", "B": "2"}},
		"equals signs":           {"A=b=c==\n", map[string]string{"A": "b=c=="}},
		"an address":             {"DATABASE_URL=postgres://u:p@h:5432/d?x=1&y=2\n", map[string]string{"DATABASE_URL": "postgres://u:p@h:5432/d?x=1&y=2"}},
		"words":                  {"A=two words  \n", map[string]string{"A": "two words"}},
		"a quote that ends late": {"A=\"x\\\\\"\nB=1", map[string]string{"A": `x\`, "B": "1"}},
	} {
		got, problems := readDotenv(test.text)
		if diff := cmp.Diff(test.want, got); diff != "" || len(problems) > 0 {
			t.Errorf("%s: %v %s", name, problems, diff)
		}
	}
}

func TestDotenvNamesEachLineThatIsNotUnderstoodAndNoValue(t *testing.T) {
	_, problems := readDotenv("A=hunter2\nhunter2 nothing\nB=$hunter2\nC=\"hunter2 $x\"\nD=\"hunter2\\x\"\nE='hunter2' more\nA=hunter2\n1F=hunter2\nG=it's hunter2\nH=\"hunter2\nI=1\n")
	want := []string{
		"line 2: it is not NAME=VALUE", "line 3: the value of B has a $,", "line 4: the value of C has a $,", `line 5: the value of D has a backslash before "x"`,
		"line 6: there is text after the quoted value of E", "line 7: A is set a second time, first in line 1", "line 8: it is not NAME=VALUE", "line 9: the value of G has a $,",
		"line 10: the quote of H is not closed",
	}
	if len(problems) != len(want) {
		t.Fatalf("got %s", strings.Join(problems, "\n"))
	}
	for i := range want {
		if !strings.HasPrefix(problems[i], want[i]) || strings.Contains(problems[i], "hunter2") {
			t.Errorf("got %q, want %q", problems[i], want[i])
		}
	}
}

// Reading ends, whatever the file has.
func FuzzDotenv(f *testing.F) {
	f.Add("A=\"\\")
	f.Add("A='\n")
	f.Fuzz(func(t *testing.T, text string) {
		values, problems := readDotenv(text)
		for name := range values {
			if name == "" {
				t.Errorf("%q: %v %v", text, values, problems)
			}
		}
	})
}

func TestOneLineIsReadWithoutItsEnd(t *testing.T) {
	for given, want := range map[string]string{"x\n": "x", "x\r\n": "x", "x": "x", "x\ny\n": "x\ny\n", "\n": "", "x\n\n": "x\n\n", " x ": " x "} {
		if got := string(lineOf([]byte(given))); got != want {
			t.Errorf("%q is read as %q", given, got)
		}
	}
}

func TestAssignmentsAreTakenAsTheyAre(t *testing.T) {
	got, err := assignments([]string{"A=b=c", "B= x\n$y"})
	if diff := cmp.Diff(map[string]string{"A": "b=c", "B": " x\n$y"}, got); err != nil || diff != "" {
		t.Errorf("%v %s", err, diff)
	}
	for _, words := range [][]string{{"A"}, {"A=1", "A=2"}} {
		if got, err := assignments(words); err == nil {
			t.Errorf("%v: got %v", words, got)
		}
	}
}
