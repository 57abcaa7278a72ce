package cdk_test

import (
	"bytes"
	"flag"
	"os"
	"regexp"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the snapshot anew")

// The snapshot shows what a change does to what is deployed. It leaves the definitions out, which
// are the files of statemachine/.
func TestTemplateMatchesSnapshot(t *testing.T) {
	const path = "testdata/photogallery-main.template.json"
	got := regexp.MustCompile(`"DefinitionString": "(\\.|[^"\\])*"`).ReplaceAll(raw(t, nil), []byte(`"DefinitionString": "a file of statemachine/"`))
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(path, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		gotLines, wantLines := strings.Split(string(got), "\n"), strings.Split(string(want), "\n")
		for i, line := range gotLines {
			if i >= len(wantLines) || line != wantLines[i] {
				t.Fatalf("%s:%d differs: %s\nrun go test ./cdk -run Snapshot -update and look at the difference", path, i+1, line)
			}
		}
		t.Fatal("the snapshot has more lines; run go test ./cdk -run Snapshot -update and look at the difference")
	}
}
