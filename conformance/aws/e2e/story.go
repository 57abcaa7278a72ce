package e2e

import (
	"context"
	"time"
)

// Chapter is one check of the story. Each begins with what the one before it left.
type Chapter struct {
	Title string
	Takes time.Duration // the estimate, at the durations of docs/reliability.md
	Rolls bool          // it needs instance refreshes, which moto does not have

	tell func(*run, context.Context) (seen string, err error)
}

// Story is everything that a run checks before it cleans up.
func Story() []Chapter {
	return []Chapter{
		{"the CDK deploys the stack", 8 * time.Minute, false, (*run).deploy},
		{"a build that fails leaves nothing, and says why", 8 * time.Minute, false, (*run).failingBuild},
		{"a release with the console's default input serves", 8 * time.Minute, false, (*run).firstRelease},
		{"a photo that is put in is shown", time.Minute, false, (*run).photo},
		{"a second version rolls in, and fails no request", 24 * time.Minute, true, (*run).roll},
		{"a version that breaks is undone by itself", 25 * time.Minute, true, (*run).breakVersion},
		{"a release that is stopped is undone", 7 * time.Minute, false, (*run).stop},
		{"a teardown leaves the image that served", 4 * time.Minute, false, (*run).tearDown},
		{"a release whose time is over tears itself down", 18 * time.Minute, false, (*run).expire},
	}
}

// Takes returns the estimated duration of a story.
func Takes(story []Chapter) (sum time.Duration) {
	for _, chapter := range story {
		sum += chapter.Takes
	}
	return sum
}
