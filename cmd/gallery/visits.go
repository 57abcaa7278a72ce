package main

import (
	"context"
	"fmt"
	"time"

	"photogallery/internal/environment"
)

// visited returns the status with its visits, which is a call more on AWS.
func (c cloud) visited(ctx context.Context) (environment.Status, error) {
	status, err := c.Status(ctx)
	if err == nil {
		c.Visited(ctx, &status)
	}
	return status, err
}

// visitsInWords says when somebody last visited, and when the gallery is torn down if nobody does.
func visitsInWords(v environment.Visits, onAWS bool, now time.Time) string {
	words := "No visit is known."
	if !v.Last.IsZero() {
		words = fmt.Sprintf("Last visit: %s, %s ago.", v.Last.Local().Format(time.TimeOnly), max(0, now.Sub(v.Last).Round(time.Second)))
	}
	if v.Sleeps.IsZero() {
		words += fmt.Sprintf(" It may be torn down at any time: that takes %d minutes without a visit.", v.Minutes)
	} else {
		words += fmt.Sprintf(" Sleeps in %s at the earliest, unless somebody visits.", v.Sleeps.Sub(now).Round(time.Second))
	}
	if onAWS {
		words += " CloudWatch learns of a visit a minute or two later."
	}
	return words
}
