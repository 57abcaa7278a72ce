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

// A browser without JavaScript would wipe a key that is half typed.
func TestPageReloadsUnlessThereIsSomethingToType(t *testing.T) {
	fields := 0
	for _, seen := range []sight{
		{state: asleep}, {state: asleep, failed: true}, {state: asleep, refusal: overLimit}, {state: asleep, refusal: overLimit, isWrong: true},
		{state: asleep, refusal: atNight}, {state: sleeping, refusal: overLimit}, {state: busy}, {state: waking}, {state: troubled},
	} {
		page := (&door{}).page(visit{path: "/"}, seen).Body
		hasField := strings.Contains(page, "<input")
		if hasField {
			fields++
		}
		if hasField == strings.Contains(page, `http-equiv="refresh"`) {
			t.Errorf("%+v: a field and a reload: %v", seen, hasField)
		}
	}
	if fields != 2 {
		t.Errorf("%d pages have a field", fields)
	}
}
