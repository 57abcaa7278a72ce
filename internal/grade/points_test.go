package grade

import (
	"strings"
	"testing"
)

func TestDefaultPointsAreAHundredForAllRows(t *testing.T) {
	sum, points := 0.0, DefaultPoints()
	for _, name := range Rows() {
		if points[name] <= 0 {
			t.Errorf("%s has none", name)
		}
		sum += points[name]
	}
	if sum != 100 || len(points) != len(rows) {
		t.Errorf("%d rows have %v", len(points), sum)
	}
}

func TestPointsAreATeachers(t *testing.T) {
	points, err := ReadPoints([]byte(`{"app": 12.5, "vpc": 0}`))
	if err != nil || points["app"] != 12.5 || points["image"] != 0 {
		t.Errorf("%v, they are %v", err, points)
	}
}

func TestWrongPointsAreNamedAllAtOnce(t *testing.T) {
	for text, words := range map[string][]string{
		`{"ap": 1, "vpc": -2, "image": "six", "group": null}`: {`no row "ap"`, "vpc: -2", `image: "six"`, "group: null", "launch-template"},
		`{"app": 0}`: {"no row has any"},
		`{}`:         {"no row has any"},
		`null`:       {"JSON object"},
		`[1]`:        {"JSON object"},
		`{"app": 1`:  {"JSON object"},
	} {
		_, err := ReadPoints([]byte(text))
		if err == nil {
			t.Errorf("%s is accepted", text)
			continue
		}
		for _, word := range words {
			if !strings.Contains(err.Error(), word) {
				t.Errorf("%s: %v, want %q in it", text, err, word)
			}
		}
	}
}
