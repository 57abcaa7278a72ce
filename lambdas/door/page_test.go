package door

import (
	"os"
	"regexp"
	"strings"
	"testing"
)

// A function cannot read the app's files, so the page has the app's colors in a file of its own.
func TestPageHasTheColorsOfTheGallery(t *testing.T) {
	gallery, err := os.ReadFile("../../gallery-ami/app/web/style.css")
	if err != nil {
		t.Fatal(err)
	}
	colors := regexp.MustCompile(`--[a-z-]+: light-dark\([^)]*\);`).FindAllString(style, -1)
	if len(colors) < 5 {
		t.Errorf("the page has the colors %q", colors)
	}
	for _, color := range colors {
		if !strings.Contains(string(gallery), color) {
			t.Errorf("the gallery has no %s", color)
		}
	}
}
