package main

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"photogallery/conformance/moto"
)

func root(t *testing.T) string {
	t.Helper()
	root, err := moto.Root()
	if err != nil {
		t.Fatal(err)
	}
	return root
}

func TestTheDocumentSaysWhatTheCodeSays(t *testing.T) {
	document, err := os.ReadFile(filepath.Join(root(t), "docs", "conformance.md"))
	if err != nil {
		t.Fatal(err)
	}
	text, err := blocks()
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range blockNames {
		_, there, _, err := cut(string(document), name)
		if err != nil {
			t.Error(err)
		} else if there != text[name] {
			t.Errorf("the block %q of docs/conformance.md is out of date; `make documents` writes it", name)
		}
	}
}

func TestEveryTestThatTheReportNamesExists(t *testing.T) {
	for _, one := range gaps {
		for _, name := range one.covered {
			folder, test, _ := strings.Cut(name, " ")
			if !hasTest(t, filepath.Join(root(t), folder), test) {
				t.Errorf("%q: there is no %s in %s", one.what, test, folder)
			}
		}
	}
}

func hasTest(t *testing.T, folder, test string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(folder, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range files {
		file, err := parser.ParseFile(token.NewFileSet(), path, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, declared := range file.Decls {
			if function, is := declared.(*ast.FuncDecl); is && function.Name.Name == test {
				return true
			}
		}
	}
	return false
}

func TestAMendSaysWhatMotoDoesWithoutIt(t *testing.T) {
	_, err := mendsIn("ec2", "def silent(a):\n    return a\n\n\ndef told():\n    \"\"\"Without it there is\n    nothing.\"\"\"\n\n\ndef apply():\n    told()\n")
	if err == nil || !strings.Contains(err.Error(), "silent does not say") || strings.Contains(err.Error(), "told") {
		t.Errorf("got %v", err)
	}
}

func TestATestsNameIsASentence(t *testing.T) {
	for name, want := range map[string]string{
		"TestTheEmbeddedCloudBehavesAsAWSDocuments": "The embedded cloud behaves as AWS documents",
		"TestAFunctionIsInvokedAgainAndAgain":       "A function is invoked again and again",
		"TestThePriceIsOfTheFleetThatAReleaseMakes": "The price is of the fleet that a release makes",
		"TestItAsksEC2": "It asks EC2",
	} {
		if got := words(name); got != want {
			t.Errorf("%s: %q", name, got)
		}
	}
}

const heard = `{"Action":"start","Package":"photogallery/conformance/contract"}
{"Action":"run","Package":"photogallery/conformance/contract","Test":"TestMotoBehavesAsTheTableSays"}
{"Action":"run","Package":"photogallery/conformance/contract","Test":"TestMotoBehavesAsTheTableSays/PutMetricAlarm:_a_new_alarm_is_INSUFFICIENT_DATA"}
{"Action":"output","Package":"photogallery/conformance/contract","Test":"TestMotoBehavesAsTheTableSays/PutMetricAlarm:_a_new_alarm_is_INSUFFICIENT_DATA","Output":"moto no more\n"}
{"Action":"fail","Package":"photogallery/conformance/contract","Test":"TestMotoBehavesAsTheTableSays/PutMetricAlarm:_a_new_alarm_is_INSUFFICIENT_DATA","Elapsed":0.1}
{"Action":"fail","Package":"photogallery/conformance/contract","Test":"TestMotoBehavesAsTheTableSays","Elapsed":1.5}
{"Action":"run","Package":"photogallery/conformance/contract","Test":"TestThatHangs"}
{"Action":"skip","Package":"photogallery/conformance/contract","Test":"TestSkipped"}
{"Action":"fail","Package":"photogallery/conformance/contract","Elapsed":1.6}
`

func TestARunIsToldAndWhatFailedOrIsMissingIsNamed(t *testing.T) {
	ran, err := readRun(strings.NewReader(heard))
	if err != nil {
		t.Fatal(err)
	}
	var told strings.Builder
	ran.tell(&told)
	for _, want := range []string{
		"conformance/contract, 2 s", "fail   1.5 s  Moto behaves as the table says",
		"fail   0.1 s    PutMetricAlarm: a new alarm is INSUFFICIENT DATA; moto has it OK at once",
	} {
		if !strings.Contains(told.String(), want) {
			t.Errorf("%q is not told:\n%s", want, told.String())
		}
	}
	for _, want := range []string{"moto no more", "TestThatHangs: it did not end"} {
		if err := ran.failure(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q is not named: %v", want, err)
		}
	}
	const pkg = "photogallery/conformance/contract "
	err = ran.missing([]string{pkg + "TestSkipped", pkg + "TestGone", pkg + "TestMotoBehavesAsTheTableSays"})
	if err == nil || err.Error() != pkg+"TestSkipped did not run\n"+pkg+"TestGone did not run" {
		t.Errorf("got %v", err)
	}
}
