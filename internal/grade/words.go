package grade

import (
	"fmt"
	"strconv"
)

// Mark returns a verdict as one character.
func (v Verdict) Mark() string {
	return map[Verdict]string{Done: "✓", Partly: "◐", Missing: "✗", Unknown: "?"}[v]
}

// ShowPoints returns points without digits that say nothing.
func ShowPoints(points float64) string {
	return strconv.FormatFloat(float64(int64(points*100+0.5))/100, 'f', -1, 64)
}

// Summary returns the result in a sentence.
func (r Report) Summary() string {
	words := fmt.Sprintf("%s of %s points: %d done, %d partly, %d missing", ShowPoints(r.Points), ShowPoints(r.Of), r.Count(Done), r.Count(Partly), r.Count(Missing))
	if unknown := r.Count(Unknown); unknown > 0 {
		words += fmt.Sprintf(", %d unknown. AWS did not show what %s points are about", unknown, ShowPoints(r.Unseen))
		if unknown == len(r.Rows) {
			words += "; if this is a lab whose session has ended, start the lab again"
		}
	}
	return words + "."
}
