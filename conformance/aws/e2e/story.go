package e2e

import (
	"context"
	"strings"
	"time"

	"photogallery/release"
)

// Chapter is one check of a story. Each begins with what the one before it left.
type Chapter struct {
	Title string
	Takes time.Duration // the estimate, at the durations of docs/reliability.md
	Rolls bool          // it needs instance refreshes, which moto does not have

	tell func(*run, context.Context) (seen string, err error)
}

// Story holds the checks of a run before it cleans up.
type Story struct {
	Size     string
	Chapters []Chapter

	bakes, others float64 // releases with a builder; releases from an image, and as many teardowns
	balancers     float64 // a started hour is billed as a whole
}

// Stories returns the sizes in which a run comes: the whole story, and the shortest that shows a release.
func Stories() []Story {
	deploy := Chapter{"the CDK deploys the stack", 8 * time.Minute, false, (*run).deploy}
	first := Chapter{"a release with the console's default input serves", 8 * time.Minute, false, (*run).firstRelease}
	down := Chapter{"a teardown leaves the image that served", 4 * time.Minute, false, (*run).tearDown}
	return []Story{
		{"whole", []Chapter{
			deploy,
			{"a build that fails leaves nothing, and says why", 8 * time.Minute, false, (*run).failingBuild},
			first,
			{"a photo that is put in is shown", time.Minute, false, (*run).photo},
			{"a second version takes over, and fails no request", 16 * time.Minute, false, (*run).takeOver},
			{"a third version rolls in, and fails no request", 24 * time.Minute, true, (*run).roll},
			{"a version that breaks is undone", 25 * time.Minute, true, (*run).breakVersion},
			{"a release that is stopped is undone", 7 * time.Minute, false, (*run).stop},
			down,
			{"a release tears itself down at the end of its ttl", 18 * time.Minute, false, (*run).expire},
		}, 6, 3, 3},
		{"short", []Chapter{deploy, first, down}, 1, 0, 1},
	}
}

// StoryOf returns the story of a size; "" is the whole one. Its error is an InvalidRequest.
func StoryOf(size string) (Story, error) {
	var sizes []string
	for _, story := range Stories() {
		if story.Size == size || size == "" {
			return story, nil
		}
		sizes = append(sizes, story.Size)
	}
	return Story{}, release.Errorf(release.InvalidRequest, "size %q: choose %s", size, strings.Join(sizes, " or "))
}

// Takes returns how long the story is reckoned to take.
func (s Story) Takes() (sum time.Duration) {
	for _, chapter := range s.Chapters {
		sum += chapter.Takes
	}
	return sum
}
