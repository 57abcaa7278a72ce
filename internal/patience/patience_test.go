package patience_test

import (
	"os"
	"regexp"
	"testing"
	"time"

	"photogallery/internal/patience"
)

// A limit of its own in one of the targets is soon a limit that a busy machine reaches.
func TestMakefileHasOneLimitForTests(t *testing.T) {
	makefile, err := os.ReadFile("../../Makefile")
	if err != nil {
		t.Fatal(err)
	}
	limit := regexp.MustCompile(`(?m)^LIMIT := (\S+)$`).FindSubmatch(makefile)
	if limit == nil {
		t.Fatal("the Makefile has no LIMIT")
	}
	if took, err := time.ParseDuration(string(limit[1])); err != nil || took != patience.Tests {
		t.Errorf("LIMIT is %s, %v, want %s", limit[1], err, patience.Tests)
	}
	for _, own := range regexp.MustCompile(`-timeout [^$\s]\S*`).FindAll(makefile, -1) {
		t.Errorf("a target has %s: give it $(LIMIT)", own)
	}
}
