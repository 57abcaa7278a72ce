package main

import (
	"fmt"
	"time"

	"photogallery/internal/environment"
)

// baseInWords describes the base image of the serving image in a sentence, and says what to do about
// an old one.
func baseInWords(base *environment.Base, now time.Time) string {
	if base == nil {
		return ""
	}
	if base.Newer == "" && base.Created.IsZero() {
		return fmt.Sprintf("The age of its base image, %s, is not known.", base.ID)
	}
	words := fmt.Sprintf("Its base image, %s, is %s old", base.ID, days(base.Created, now))
	if base.Created.IsZero() {
		words = fmt.Sprintf("Its base image, %s, is no longer there", base.ID)
	}
	if base.Newer == "" {
		return words + ", and the newest."
	}
	return fmt.Sprintf("%s. A newer one, %s of %s, is there: `gallery release --rebake-if-newer` bakes on it.", words, base.Newer, base.NewerCreated.Local().Format(time.DateOnly))
}

// baseInShort is baseInWords for a table.
func baseInShort(base *environment.Base, now time.Time) string {
	switch {
	case base == nil || base.Newer == "" && base.Created.IsZero():
		return "unknown"
	case base.Created.IsZero():
		return "no longer there"
	case base.Newer != "":
		return days(base.Created, now) + ", not the newest"
	}
	return days(base.Created, now)
}

func days(since, now time.Time) string {
	switch whole := int(now.Sub(since) / (24 * time.Hour)); whole {
	case 0:
		return "less than a day"
	case 1:
		return "1 day"
	default:
		return fmt.Sprintf("%d days", whole)
	}
}
