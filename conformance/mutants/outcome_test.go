package mutants

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

// String returns the outcome as one line of text.
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
