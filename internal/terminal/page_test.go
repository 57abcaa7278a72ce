package terminal

import (
	"fmt"
	"slices"
	"testing"
)

func TestPageFitsTheTerminal(t *testing.T) {
	page := PageFor(nil)
	fmt.Fprint(page, "one\n\ntwo and more\n\x1b]0;title\athree\n")
	for _, test := range []struct {
		width, height int
		want          []string
	}{
		{80, 24, []string{"one", "", "two and more", "]0;titlethree"}},
		{4, 24, []string{"one", "", "two…", "]0;…"}},
		{80, 3, []string{"one", "", "…"}},
		{80, 0, []string{"…"}},
	} {
		if got := page.Lines(test.width, test.height); !slices.Equal(got, test.want) {
			t.Errorf("%d columns and %d rows show %q, want %q", test.width, test.height, got, test.want)
		}
	}
}
