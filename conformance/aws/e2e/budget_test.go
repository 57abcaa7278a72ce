//go:build conformance

package e2e

import (
	"math"
	"strings"
	"testing"
	"time"

	"photogallery/release"
)

func TestCapGivesTheTime(t *testing.T) {
	p := Price{Hour: 0.20, Once: 0.10}
	for _, test := range []struct {
		cap   float64
		takes time.Duration
		story time.Duration // 0 for a refusal
	}{
		{1, time.Hour, 3*time.Hour + 15*time.Minute},
		{100, time.Hour, longest},
		{0.55, time.Hour, time.Hour},
		{0.54, time.Hour, 0},
		{0, time.Hour, 0},
		{-1, 0, 0},
		{math.NaN(), 0, 0},
	} {
		budget, err := p.Plan(test.cap, test.takes)
		if refused := release.CodeOf(err) == release.InvalidRequest; refused != (test.story == 0) {
			t.Errorf("$%.2f for %s: %v", test.cap, test.takes, err)
		}
		if err != nil && !strings.Contains(err.Error(), "GALLERY_AWS_E2E_CAP") {
			t.Errorf("%v says nothing of the remedy", err)
		}
		if budget.Story != test.story || budget.Most > test.cap && err == nil {
			t.Errorf("$%.2f gives %s, which may cost $%.4f, want %s", test.cap, budget.Story, budget.Most, test.story)
		}
	}
}

func TestRunEnvironmentsAreRecognized(t *testing.T) {
	made := NewEnvironment()
	if parsed, err := ParseEnvironment(string(made)); err != nil || parsed != made || made == NewEnvironment() {
		t.Errorf("%s: %v", made, err)
	}
	for _, other := range []string{"main", "e2e", "", "e2e-abcdef", "E2Eabcdef", "staginge2eabcdef", "e2eabcde", "e2eabcdefg"} {
		if _, err := ParseEnvironment(other); release.CodeOf(err) != release.InvalidRequest {
			t.Errorf("%q would be removed with its photos: %v", other, err)
		}
	}
}
