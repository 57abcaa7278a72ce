package e2e

import (
	"fmt"
	"strings"

	"photogallery/internal/price"
)

// Describe says in words what a run does, how long that takes and what it costs at most under the
// cap. Its error is an InvalidRequest for a cap that is too low.
func (s Story) Describe(most float64) (string, error) {
	reckoned, err := s.Reckon()
	if err != nil {
		return "", err
	}
	takes := s.Takes()
	budget, err := reckoned.Plan(most, takes)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	text.WriteString("In your AWS account, in an environment of its own that is removed in the end, a run checks that\n\n")
	for _, chapter := range s.Chapters {
		fmt.Fprintf(&text, "  %-50s %10s\n", chapter.Title, minutes(chapter.Takes))
	}
	list := price.Load()
	fmt.Fprintf(&text, `
That is reckoned to take %s. Cleaning up then takes a quarter of an hour, and %s at most.

It costs $%.2f at most: $%.4f for each hour, in which the largest fleet, a builder, the load balancer
and all the rest are taken to run all the time, and $%.4f for what is billed by the piece.
With a cap of $%.2f the story ends after %s, wherever it is, and all in all costs $%.2f at most.
If this machine dies, the stack tears itself down when that time is over, and goes on costing $%.2f a day.
Prices are those of %s, %s.`,
		minutes(takes), minutes(cleaningUp), reckoned.Of(takes+cleaningUp), reckoned.Hour, reckoned.Once,
		budget.Cap, minutes(budget.Story), budget.Most, reckoned.Idle, list.Region, list.Date)
	return text.String(), nil
}
