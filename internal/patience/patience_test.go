package patience_test

import (
	"os"
	"regexp"
	"testing"
)

// A limit of its own in one of the targets is soon a limit that a busy machine reaches.
func TestMakefileHasOneLimitForTests(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	for _, own := range regexp.MustCompile(`-timeout [^$\s]\S*`).FindAll(makefile, -1) {
		t.Errorf("a target has %s: give it $(LIMIT)", own)
	}
}
