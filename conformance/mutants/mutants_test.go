package mutants

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const root = "../.."

func TestEveryMutantCanBePlanted(t *testing.T) {
	texts := map[string]string{}
	for _, m := range everyMutant() {
		changed := map[string]string{}
		for _, e := range m.edits {
			if texts[e.file] == "" {
				texts[e.file] = read(t, e.file)
			}
			if changed[e.file] == "" {
				changed[e.file] = texts[e.file]
			}
			after, err := e.apply(changed[e.file])
			if err != nil {
				t.Errorf("%s: %v", m.name, err)
				break
			}
			changed[e.file] = after
		}
		for file, text := range changed {
			if text == texts[file] {
				t.Errorf("%s: nothing changes in %s", m.name, file)
			}
		}
	}
}

func TestMutantsHaveUniqueNamesAndAreInTheDocument(t *testing.T) {
	rows, seen := rowsOf(read(t, document)), map[string]bool{}
	for _, m := range everyMutant() {
		if seen[m.name] {
			t.Errorf("two mutants are called %q", m.name)
		}
		seen[m.name] = true
		if rows[m.name] == "" {
			t.Errorf("%s does not have %q; `make mutants ONLY=... WRITE=1` writes it", document, m.name)
		}
		delete(rows, m.name)
	}
	if len(rows) > 0 {
		t.Errorf("%s has what is no mutant any more: %v", document, rows)
	}
}

func TestDocumentKeepsRowsOfUnplantedMutants(t *testing.T) {
	one, two := mutant{"one", []edit{{file: "a"}}}, mutant{"two", []edit{{file: "b"}}}
	two2 := outcome{mutant: two, caught: true, by: "cdk TestA/x|y", took: 3 * time.Second}
	rows := map[string]string{"one": outcome{mutant: one}.row(), "two": two2.row(), "former": "| former | `c` | `cdk` | 1 |\n"}
	text, err := page([]area{{"Area", nil, []mutant{one, two}}}, rows)
	if err != nil {
		t.Fatal(err)
	}
	for _, words := range []string{"There are 2.", "\n## Area\n", "\n| one | `a` | **missed** | 0 |\n| two | `b` | `cdk`, `TestA/x\\|y` | 3 |\n"} {
		if !strings.Contains(text, words) {
			t.Errorf("the document does not have %q:\n%s", words, text)
		}
	}
	if again := rowsOf(text); again["one"] != rows["one"] || again["two"] != rows["two"] || again["former"] != "" {
		t.Errorf("read back are %v", again)
	}
	if _, err := page([]area{{"Area", nil, []mutant{one, two}}}, map[string]string{"one": rows["one"]}); err == nil || !strings.Contains(err.Error(), "two") {
		t.Errorf("a row is lacking: %v", err)
	}
}

func TestEditRefusesTextThatIsNotThereOnce(t *testing.T) {
	const text = "one two one three two"
	for _, e := range []edit{
		{"file", "", "four", ""}, {"file", "", "one", ""}, {"file", "one", "two", ""}, {"file", "three", "one", ""},
	} {
		if after, err := e.apply(text); err == nil || !strings.Contains(err.Error(), "file") {
			t.Errorf("%+v gives %q, %v", e, after, err)
		}
	}
	after, err := edit{"file", "three", "two", "2"}.apply(text)
	if err != nil || after != "one two one three 2" {
		t.Errorf("got %q, %v", after, err)
	}
}

func TestPlantedMutantIsTakenBack(t *testing.T) {
	made := tree{root: t.TempDir()}
	file := filepath.Join(made.root, "file")
	if err := os.WriteFile(file, []byte("one two"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := mutant{"both", []edit{{"file", "", "one", "1"}, {"file", "", "two", "2"}}}
	heal, err := made.plant(m)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "1 2" {
		t.Errorf("planted it is %q, %v", text, err)
	}
	if err := heal(); err != nil {
		t.Fatal(err)
	}
	if _, err := made.plant(mutant{"stale", []edit{{"file", "", "one", "1"}, {"file", "", "three", "3"}}}); err == nil {
		t.Error("a stale mutant is planted")
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "one two" {
		t.Errorf("in the end it is %q, %v", text, err)
	}
}

func TestMutantIsCaughtByTheFirstFailingCheck(t *testing.T) {
	passes, looks := check{"passes", [][]string{{"true"}}}, check{"looks", [][]string{{"true"}, {"grep", "-q", "one", "lambdas/file"}}}
	m := mutant{"gone", []edit{{"lambdas/file", "", "one", "two"}}}
	for name, test := range map[string]struct {
		checks []check
		want   string
	}{
		"missed": {[]check{passes, passes}, "MISSED nothing fails"}, "caught": {[]check{passes, looks}, "caught looks"},
	} {
		made := tree{root: t.TempDir()}
		if err := os.Mkdir(made.path("lambdas"), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(made.path("lambdas/file"), []byte("one"), 0o600); err != nil {
			t.Fatal(err)
		}
		h := hunter{made, map[string]bool{}}
		one, err := h.try(t.Context(), m, test.checks)
		if got := one.word() + " " + one.finding(); err != nil || got != test.want {
			t.Errorf("%s: got %s, %v", name, got, err)
		}
		never := check{"never", [][]string{{"false"}}}
		if _, err := h.try(t.Context(), m, []check{never}); err == nil || !strings.Contains(err.Error(), "never fails without any mutant") {
			t.Errorf("%s: a check that always fails proves %v", name, err)
		}
	}
}

func TestCheckOutputNamesTheFailedTest(t *testing.T) {
	for output, want := range map[string]string{
		"ok  \tphotogallery/cdk\t1.0s\n": "",
		"--- FAIL: TestA (0.1s)\n    --- FAIL: TestA/b (0.1s)\n    --- FAIL: TestA/c (0.1s)\nFAIL\n": "TestA/b",
		"--- FAIL: TestA (0.1s)\n--- FAIL: TestB (0.1s)\n":                                           "TestA",
		"panic: test timed out after 3m0s\n\trunning tests:\n\t\tTestA (3m0s)\n":                     "TestA (timed out)",
	} {
		if got := firstFailure(output); got != want {
			t.Errorf("got %q of %q, want %q", got, output, want)
		}
	}
	for output, want := range map[string]bool{
		"FAIL\tphotogallery/cdk [build failed]\n": true, "FAIL\tphotogallery/cdk [setup failed]\n": true, "FAIL\tphotogallery/cdk\t1.0s\n": false,
	} {
		if got := brokenBuild.MatchString(output); got != want {
			t.Errorf("%q means that it does not compile: %t", output, got)
		}
	}
}

func everyMutant() (all []mutant) {
	for _, a := range areas() {
		all = append(all, a.mutants...)
	}
	return all
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(file)))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
