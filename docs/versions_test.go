package docs_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// awsStub stands for a stack with two functions. Version 12 of the second is of a deployment that was
// swapped in: the stack uses 2.
const awsStub = `#!/bin/bash
f=arn:aws:lambda:eu-west-1:123456789012:function:photogallery-main
case "$1 $2" in
  "cloudformation list-stack-resources") [ -z "${REFUSE:-}" ] || { echo "ExpiredToken" >&2; exit 254; }; printf '%s\t%s\n' $f-plan:12 $f-lock:2 ;;
  "lambda list-versions-by-function")
    case "$4" in
      $f-plan) printf '%s\t%s\n%s\n' $f-plan:1 $f-plan:2 $f-plan:12 ;;
      $f-lock) printf '%s\t%s\n' $f-lock:2 $f-lock:12 ;;
    esac ;;
  "lambda delete-function") echo "${4##*function:photogallery-main-}" >>"$DELETED" ;;
esac
`

func TestDocumentDeletesVersionsThatStackDoesNotUse(t *testing.T) {
	snippet := regexp.MustCompile("(?s)```sh\n(aws cloudformation.*?)```").FindStringSubmatch(read(t, "aws.md"))
	if snippet == nil {
		t.Fatal("the document has changed its form")
	}
	for _, test := range []struct {
		refuse string // the stack's resources cannot be listed
		want   []string
	}{
		{"", []string{"plan:1", "plan:2", "lock:12"}},
		{"1", nil},
	} {
		folder := t.TempDir()
		deleted := filepath.Join(folder, "deleted")
		if err := os.WriteFile(filepath.Join(folder, "aws"), []byte(awsStub), 0o755); err != nil {
			t.Fatal(err)
		}
		command := exec.CommandContext(t.Context(), "bash", "-c", snippet[1])
		command.Env = []string{"PATH=" + folder + ":" + os.Getenv("PATH"), "DELETED=" + deleted, "REFUSE=" + test.refuse}
		if said, err := command.CombinedOutput(); err != nil {
			t.Logf("%v: %s", err, said) // the last status is of a list, and says nothing
		}
		said, _ := os.ReadFile(deleted) // absent where nothing was
		if got := strings.Fields(string(said)); !slices.Equal(got, test.want) {
			t.Errorf("refused %q: deleted %q, want %q", test.refuse, got, test.want)
		}
	}
}
