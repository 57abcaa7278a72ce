package main

import (
	"fmt"
	"strings"
	"time"
)

// outcome is what became of one mutant.
type outcome struct {
	mutant mutant
	caught bool
	stale  error  // it could not be planted, or does not compile
	by     string // the check, and its test
	took   time.Duration
}

// String is the outcome as one line of text.
func (o outcome) String() string {
	return fmt.Sprintf("%-7s %s (%s): %s, %.1f s", o.word(), o.mutant.name, strings.Join(o.mutant.files(), ", "), o.finding(), o.took.Seconds())
}

func (o outcome) word() string {
	switch {
	case o.stale != nil:
		return "STALE"
	case o.caught:
		return "caught"
	}
	return "MISSED"
}

func (o outcome) finding() string {
	switch {
	case o.stale != nil:
		return o.stale.Error()
	case o.caught:
		return o.by
	}
	return "nothing fails"
}

func summary(outcomes []outcome) string {
	counts := map[string]int{}
	for _, o := range outcomes {
		counts[o.word()]++
	}
	return fmt.Sprintf("%d mutants: %d caught, %d missed, %d stale", len(outcomes), counts["caught"], counts["MISSED"], counts["STALE"])
}

// verdict is an error unless every mutant is caught. It names those that are not.
func verdict(outcomes []outcome) error {
	var wrong []string
	for _, o := range outcomes {
		if o.word() != "caught" {
			wrong = append(wrong, o.word()+" "+o.mutant.name)
		}
	}
	if len(wrong) == 0 {
		return nil
	}
	return fmt.Errorf("a test is missing for each that was missed, and each that is stale must be written anew:\n%s", strings.Join(wrong, "\n"))
}
